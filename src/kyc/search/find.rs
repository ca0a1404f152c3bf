//! Whom a search finds, and how a list begins with them.
//!
//! Where few are found, they are looked up first, and the list begins with them: it costs what they are. Where many are, the
//! list is read in its order until a page is full: it costs the more, the fewer they are. Whether a row of the list is found is
//! then looked up with the row, where every fortieth customer or more is, and in what has been collected first, where less are.

use entity::{Scope, Scoped, customer, id::CustomerId, search_token};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbBackend, ExprTrait, FromQueryResult, JoinType, Order,
    QuerySelect, QueryTrait,
    sea_query::{Expr, Query, SelectStatement, SimpleExpr},
};

use super::{Terms, beginning_with, end, terms};
use crate::{
    db::{numbers, rows_of, value_of},
    error::Result,
};

/// Customers that are looked up whatever else there is: no more than a page or two.
const HANDFUL: u64 = 100;
/// The most that are few.
const FEW: u64 = 1_000;
/// The newest customers, of whom so many are asked whether they are found: it tells about how many of all are.
const SAMPLE: u64 = 128;
/// Of the sample, how many have to have a word to make it a common one: it is then looked up with each row.
const COMMON: u64 = 3;

const NEWEST: &str = "newest";
const ALSO: &str = "also";
const WORD: &str = "word";

/// What a search finds.
#[derive(Clone, Debug)]
pub enum Found {
    /// It asks for nothing, and restricts nothing.
    Everybody,
    /// These customers and no others: at most 2,000.
    Few(Vec<CustomerId>),
    /// More than a few: those of this condition, which is for reading a page in order. To count them all, [`super::matching`]
    /// is better.
    Many(Condition),
}

/// Looks for customers of the scope; `customer` is the column that the condition is about: `customer::Column::Id`,
/// `attempt::Column::CustomerId`.
///
/// # Errors
/// As [`terms`], and when the database fails.
pub async fn find(
    db: &impl ConnectionTrait,
    customer: impl ColumnTrait,
    scope: Scope,
    query: &str,
) -> Result<Found> {
    let Some(Terms { words, reference }) = terms(query)? else { return Ok(Found::Everybody) };
    let mut words: Vec<_> = words.into_iter().map(|text| Beginning::new(scope, text)).collect();
    let mut reference = reference.map(|text| Beginning::new(scope, text));

    let counts = words.iter().chain(&reference).map(|one| rows_of(one.rows().limit(FEW + 1).take()));
    let counts = numbers(db, counts.collect()).await?;
    for (one, count) in words.iter_mut().chain(&mut reference).zip(counts) {
        one.count = count.cast_unsigned();
    }
    words.sort_by_key(|word| word.count);
    let rarest = words.first().map_or(0, |word| word.count);
    let of_reference = reference.as_ref().map_or(0, |reference| reference.count);
    if rarest + of_reference <= HANDFUL
        && let Some(found) = few(db, &words, 1, reference.as_ref()).await?
    {
        return Ok(Found::Few(found));
    }

    let share = look(db, &mut words, &mut reference, scope).await?;
    words.sort_by_key(|word| (word.count, word.seen));
    // Of several words that many have, those who have them all may be few.
    let read = if rarest <= FEW { 1 } else { 2 };
    if share < COMMON
        && of_reference <= FEW
        && read <= words.len().max(1)
        && let Some(found) = few(db, &words, read, reference.as_ref()).await?
    {
        return Ok(Found::Few(found));
    }
    Ok(Found::Many(condition(&customer, &words, reference.as_ref())))
}

/// Asks the newest customers who has each word, and answers how many of them are found.
async fn look(
    db: &impl ConnectionTrait,
    words: &mut [Beginning],
    reference: &mut Option<Beginning>,
    scope: Scope,
) -> Result<u64> {
    let (created, id) = (customer::Column::CreatedAt, customer::Column::Id);
    let mut newest = customer::Entity::scoped(scope).select_only().column(id).into_query();
    newest.order_by(created, Order::Desc).order_by(id, Order::Desc);
    let newest = value_of(newest);
    // Written out, the limit keeps PostgreSQL from planning for all customers when it plans for any parameters.
    let [first, second] = match db.get_database_backend() {
        DbBackend::Postgres => ["$1", "$2"],
        _ => ["?", "?"],
    };
    let among = format!(
        "(SELECT count(*) FROM (SELECT id FROM {first} AS ordered LIMIT {SAMPLE}) AS {NEWEST} WHERE {second})"
    );
    let having = |found: SimpleExpr| Expr::cust_with_exprs(among.clone(), [newest.clone(), found]);
    let is_of = |one: &Beginning| one.is_of(Expr::col((NEWEST, id)));
    // What a handful has is in the sample by chance.
    let many = |one: &&Beginning| one.count > HANDFUL;
    let mut counts: Vec<_> =
        words.iter().chain(reference.as_ref()).filter(many).map(is_of).map(having).collect();
    if words.len() > 1 {
        counts.extend(words.iter().map(is_of).reduce(|all, word| all.and(word)).map(having));
    }
    let seen = numbers(db, counts).await?;
    let many = |one: &&mut Beginning| one.count > HANDFUL;
    for (one, seen) in words.iter_mut().chain(reference.as_mut()).filter(many).zip(&seen) {
        one.seen = seen.cast_unsigned();
    }
    let of_words = match words {
        [] => 0,
        [word] => word.seen,
        [..] => seen.last().map_or(0, |seen| seen.cast_unsigned()),
    };
    Ok(of_words + reference.as_ref().map_or(0, |reference| reference.seen))
}

/// Whoever has every word, or the reference; none when there are more than [`FEW`] of one. The first `read` words are
/// read, and the others looked up.
async fn few(
    db: &impl ConnectionTrait,
    words: &[Beginning],
    read: usize,
    reference: Option<&Beginning>,
) -> Result<Option<Vec<CustomerId>>> {
    #[derive(FromQueryResult)]
    struct Row {
        customer_id: CustomerId,
    }
    let mut selects = Vec::new();
    if let [first, others @ ..] = words {
        let mut select = first.rows();
        let id = || Expr::col((search_token::Entity, search_token::Column::CustomerId));
        let (joined, looked_up) = others.split_at(others.len().min(read - 1));
        for word in joined {
            let also = Expr::col((ALSO, search_token::Column::CustomerId)).eq(id());
            select.join_subquery(JoinType::InnerJoin, word.rows(), ALSO, also);
        }
        for word in looked_up {
            select.and_where(word.is_of(id()));
        }
        selects.push(select);
    }
    selects.extend(reference.filter(|reference| reference.count > 0).map(Beginning::rows));
    let mut found = Vec::new();
    for mut select in selects {
        select.limit(FEW + 1);
        let rows = Row::find_by_statement(db.get_database_backend().build(&select)).all(db).await?;
        if rows.len() as u64 > FEW {
            return Ok(None);
        }
        found.extend(rows.into_iter().map(|row| row.customer_id));
    }
    found.sort_unstable();
    found.dedup();
    Ok(Some(found))
}

/// That a customer has every word, or the reference.
fn condition(customer: &impl ColumnTrait, words: &[Beginning], reference: Option<&Beginning>) -> Condition {
    let is_found = |one: &Beginning| {
        if one.seen >= COMMON { one.is_of(customer.into_expr()) } else { customer.in_subquery(one.rows()) }
    };
    let mut found = Condition::any();
    if !words.is_empty() {
        found = found.add(words.iter().fold(Condition::all(), |all, word| all.add(is_found(word))));
    }
    found.add_option(reference.map(is_found))
}

/// The beginning of a token.
struct Beginning {
    scope: Scope,
    text: String,
    /// How many tokens begin so; at most one more than [`FEW`].
    count: u64,
    /// How many of the sample have such a token.
    seen: u64,
}

impl Beginning {
    fn new(scope: Scope, text: String) -> Self {
        Self { scope, text, count: 0, seen: 0 }
    }

    /// The customers with such a token.
    fn rows(&self) -> SelectStatement {
        beginning_with(self.scope, &self.text)
    }

    /// That a customer of the scope has such a token, looked up with the row. The limit keeps PostgreSQL from collecting them
    /// all. Nothing is said of the merchant, who is the customer's: a table of few tokens would be read by merchant and token.
    fn is_of(&self, customer: SimpleExpr) -> SimpleExpr {
        let column = |column: search_token::Column| Expr::col((WORD, column));
        let one = Query::select()
            .expr(Expr::cust("1"))
            .from_as(search_token::Entity, WORD)
            .and_where(column(search_token::Column::CustomerId).eq(customer))
            .and_where(column(search_token::Column::Token).gte(self.text.as_str()))
            .and_where(column(search_token::Column::Token).lt(end(&self.text)))
            .limit(1)
            .offset(0)
            .take();
        Expr::exists(one)
    }
}
