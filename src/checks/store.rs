//! Where pictures are kept: a folder of this machine, or a bucket of an S3-compatible store.

use std::{fmt, path::PathBuf, sync::Arc};

use bytes::Bytes;
use entity::id::MerchantId;
use futures_util::{StreamExt, stream::BoxStream};
use object_store::{ObjectStore, ObjectStoreExt, PutPayload, local::LocalFileSystem, path::Path};
use uuid::Uuid;

use super::image::Purpose;

#[cfg(feature = "s3")]
mod s3;

/// Where pictures are kept, as a deployment says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A folder; it is made when it is not there, for the server's own user alone.
    Folder(PathBuf),
    Bucket(Bucket),
}

/// A bucket of an S3-compatible store.
#[derive(Clone, PartialEq, Eq)]
pub struct Bucket {
    pub name: String,
    /// What every key begins with; may be empty.
    pub prefix: String,
    pub region: String,
    /// `https://minio.internal:9000`; none: Amazon's own of the region. The bucket is named in the path.
    pub endpoint: Option<String>,
    pub access_key_id: String,
    pub secret_access_key: String,
}

impl fmt::Debug for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bucket")
            .field("name", &self.name)
            .field("prefix", &self.prefix)
            .field("region", &self.region)
            .field("endpoint", &self.endpoint)
            .finish_non_exhaustive()
    }
}

/// What a picture is kept under: merchant, purpose and a random id. It holds no personal value, and may be stored and logged.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key(String, Purpose, Uuid);

impl Key {
    /// A new key. `purpose` is a word of ours, `id` has to be random.
    pub fn new(merchant: MerchantId, purpose: Purpose, id: Uuid) -> Self {
        Self(format!("{}/{}/{id}", Uuid::from(merchant), purpose.word()), purpose, id)
    }

    /// A key that was stored; none of any text that [`Key::new`] did not make.
    pub fn parse(text: &str) -> Option<Self> {
        let [merchant, purpose, id] = text.split('/').collect::<Vec<_>>().try_into().ok()?;
        let id_of = |text: &str| Uuid::try_parse(text).ok().filter(|id| id.to_string() == text);
        let purpose = Purpose::ALL.into_iter().find(|known| known.word() == purpose)?;
        id_of(merchant).and(id_of(id)).map(|id| Self(text.to_owned(), purpose, id))
    }

    /// What the picture is for.
    pub fn purpose(&self) -> Purpose {
        self.1
    }

    /// The random part.
    pub fn id(&self) -> Uuid {
        self.2
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What went wrong with the store. No text of the store's own is shown: it may name what only the operator should read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    #[error("the picture is not there")]
    Missing,
    #[error("the picture is larger than pictures of ours are")]
    TooLarge,
    #[error("the store of pictures does not answer as it should")]
    Unavailable,
}

/// The place could not be opened. For the operator, at the start.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("the folder {} cannot be used: {error}", path.display())]
    Folder { path: PathBuf, error: std::io::Error },
    #[error("the bucket cannot be used: {0}")]
    Bucket(String),
    #[error(
        "this server was built without its `s3` feature: name a folder, or build it with the default features"
    )]
    NoBuckets,
}

/// The largest picture that is read back, in bytes: what `image` writes is smaller.
const MAX_BYTES: u64 = 20 << 20;

/// A picture that is being read.
pub struct Reading {
    /// Bytes of all of it.
    pub length: u64,
    pub pieces: BoxStream<'static, Result<Bytes, StoreError>>,
}

/// The store of pictures. Clones share it.
#[derive(Clone)]
pub struct Store {
    inner: Arc<dyn ObjectStore>,
    prefix: Path,
}

impl Store {
    /// Opens the place; a folder is made.
    ///
    /// # Errors
    /// When the folder cannot be made, or the bucket's settings are not right. Whether the bucket answers shows at its first use.
    pub fn open(place: &Place) -> Result<Self, OpenError> {
        match place {
            Place::Folder(path) => {
                let failed = |error| OpenError::Folder { path: path.clone(), error };
                make_folder(path).map_err(failed)?;
                let folder = LocalFileSystem::new_with_prefix(path)
                    .map_err(|error| failed(std::io::Error::other(error.to_string())))?
                    .with_automatic_cleanup(true);
                Ok(Self { inner: Arc::new(folder), prefix: Path::default() })
            }
            #[cfg(feature = "s3")]
            Place::Bucket(bucket) => s3::open(bucket),
            #[cfg(not(feature = "s3"))]
            Place::Bucket(_) => Err(OpenError::NoBuckets),
        }
    }

    /// Keeps a picture. Once it returns, the picture is there, whole.
    ///
    /// # Errors
    /// When the store does not answer as it should.
    pub async fn put(&self, key: &Key, bytes: Vec<u8>) -> Result<(), StoreError> {
        let put = self.inner.put(&self.path(key), PutPayload::from(bytes)).await;
        put.map(|_| ()).map_err(|error| told(&error))
    }

    /// Reads a picture.
    ///
    /// # Errors
    /// When it is not there, is too large, or the store does not answer as it should.
    pub async fn get(&self, key: &Key) -> Result<Vec<u8>, StoreError> {
        let found = self.inner.get(&self.path(key)).await.map_err(|error| told(&error))?;
        if found.meta.size > MAX_BYTES {
            return Err(StoreError::TooLarge);
        }
        found.bytes().await.map(Vec::from).map_err(|error| told(&error))
    }

    /// Reads a picture piece by piece, as fast as it is taken.
    ///
    /// # Errors
    /// As [`Store::get`]; and in the middle, when the store stops.
    pub async fn read(&self, key: &Key) -> Result<Reading, StoreError> {
        let found = self.inner.get(&self.path(key)).await.map_err(|error| told(&error))?;
        if found.meta.size > MAX_BYTES {
            return Err(StoreError::TooLarge);
        }
        let length = found.meta.size;
        let pieces = found.into_stream().map(|piece| piece.map_err(|error| told(&error))).boxed();
        Ok(Reading { length, pieces })
    }

    /// Removes a picture; one that is not there is removed already.
    ///
    /// # Errors
    /// When the store does not answer as it should.
    pub async fn delete(&self, key: &Key) -> Result<(), StoreError> {
        match self.inner.delete(&self.path(key)).await.map_err(|error| told(&error)) {
            Ok(()) | Err(StoreError::Missing) => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn path(&self, key: &Key) -> Path {
        Path::from_iter(self.prefix.parts().chain(Path::from(key.as_str()).parts()))
    }
}

fn told(error: &object_store::Error) -> StoreError {
    match error {
        object_store::Error::NotFound { .. } => StoreError::Missing,
        other => {
            // Keys and places: nothing personal.
            tracing::warn!(error = %other, "the store of pictures");
            StoreError::Unavailable
        }
    }
}

/// Makes a folder that nobody else on the machine may read.
fn make_folder(path: &std::path::Path) -> std::io::Result<()> {
    let mut folder = std::fs::DirBuilder::new();
    folder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
    folder.create(path)
}

#[cfg(test)]
mod tests {
    use super::{super::image::Purpose, *};

    fn key(id: u128) -> Key {
        Key::new(MerchantId::from(Uuid::from_u128(7)), Purpose::Selfie, Uuid::from_u128(id))
    }

    #[test]
    fn keys_lead_nowhere_else() {
        let text = key(1).as_str().to_owned();
        assert_eq!(Key::parse(&text), Some(key(1)));
        assert!(!format!("{:?}", key(1)).is_empty());
        for odd in [
            "",
            "../../etc/passwd",
            "a/selfie/b",
            &text.replace("selfie", ".."),
            &text.to_uppercase(),
            &format!("/{text}"),
            &format!("{text}/x"),
        ] {
            assert_eq!(Key::parse(odd), None, "{odd}");
        }
    }

    #[tokio::test]
    async fn a_folder_keeps_gives_and_forgets() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::Folder(folder.path().join("pictures"));
        let store = Store::open(&place).unwrap();
        assert_eq!(store.get(&key(1)).await, Err(StoreError::Missing));
        store.put(&key(1), b"one".to_vec()).await.unwrap();
        store.put(&key(2), b"two".to_vec()).await.unwrap();
        store.put(&key(1), b"again".to_vec()).await.unwrap();
        assert_eq!(store.get(&key(1)).await.unwrap(), b"again");
        store.delete(&key(1)).await.unwrap();
        store.delete(&key(1)).await.unwrap();
        assert_eq!(store.get(&key(1)).await, Err(StoreError::Missing));
        let reopened = Store::open(&place).unwrap();
        assert_eq!(reopened.get(&key(2)).await.unwrap(), b"two");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(folder.path().join("pictures")).unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0, "nobody else may read it");
        }
    }

    #[test]
    fn a_place_that_cannot_be_used_is_said() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let error = Store::open(&Place::Folder(file.path().join("below"))).err().unwrap();
        assert!(error.to_string().contains("below"), "{error}");
    }

    #[test]
    fn a_bucket_does_not_print_its_secret() {
        let bucket = Bucket {
            name: "pictures".into(),
            prefix: "kyc".into(),
            region: "ap-south-1".into(),
            endpoint: None,
            access_key_id: "hunter1".into(),
            secret_access_key: "hunter2".into(),
        };
        assert!(!format!("{:?}", Place::Bucket(bucket)).contains("hunter"));
    }
}
