use std::task::Poll;

use futures_util::poll;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::UnixListener,
};

use super::*;

#[tokio::test]
async fn an_answer_that_never_comes_is_an_error_and_casts_doubt_on_the_other_connections() {
    let never = std::future::pending::<Result<(), _>>();
    let error = within(Duration::from_millis(1), never).await.unwrap_err();
    assert!(matches!(&error, sqlx::Error::Io(error) if error.kind() == ErrorKind::TimedOut), "{error}");
    let doubt = Doubt::default();
    doubt.learn(&error);
    assert_eq!(doubt.so_often(), 1);
    doubt.learn(&sqlx::Error::RowNotFound);
    assert_eq!(doubt.so_often(), 1);
}

/// A server that lets a client in, does what it is asked so many times, and then falls silent.
async fn falls_silent(listener: UnixListener, after: usize) {
    let (mut client, _) = listener.accept().await.unwrap();
    let mut asked = [0; 4096];
    // https://www.postgresql.org/docs/current/protocol-message-formats.html
    let mut answer: &[u8] = b"R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I";
    for _ in 0..=after {
        assert!(client.read(&mut asked).await.unwrap() > 0);
        client.write_all(answer).await.unwrap();
        answer = b"C\0\0\0\x0aBEGIN\0Z\0\0\0\x05T";
    }
    while client.read(&mut asked).await.is_ok_and(|count| count > 0) {}
}

#[tokio::test]
async fn one_that_gives_no_answer_is_not_asked_to_take_its_transaction_back() {
    let directory = tempfile::tempdir().unwrap();
    let listener = UnixListener::bind(directory.path().join(".s.PGSQL.5432")).unwrap();
    // How it looks after its clients, and the beginning of the transaction.
    let server = tokio::spawn(falls_silent(listener, 2));
    let url = format!("postgres://kyc@localhost/kyc?host={}&sslmode=disable", directory.path().display());
    let target = Target::Postgres(Box::new(url.parse().unwrap()));
    let mut connection = target.connect(&Doubt::default()).await.unwrap();
    connection.begin(Begin::Write).await.unwrap();
    connection.answer = Duration::from_millis(1);
    connection.execute_unprepared("SELECT 1").await.unwrap_err();
    assert!(connection.state() == State::Broken);

    connection.answer = ANSWER;
    let ended = poll!(Box::pin(connection.end("ROLLBACK")));
    assert!(matches!(ended, Poll::Ready(Err(_))), "nobody waits for it a second time");
    drop(connection);
    server.await.unwrap();
}
