//! Catalogues on their way: the files of one version, signed by whoever keeps them.
//!
//! Guarantees: nothing is loaded before the signature holds, and nothing is half-loaded; the same files and key have the same bytes.

use minicbor::data::Type;
use minicbor::{Decode, Encode};
use yuandian_model::Catalogue;
use yuandian_model::catalogue::{CatalogueError, CatalogueFile, load};

use crate::cbor::{self, CborError};
use crate::keys::{DeviceKey, KeyError, KeyId, Purpose, Signature, verify_with};
use crate::limits::SIGNED_CATALOGUE_BYTES_MAX;

/// The form that this version writes and reads.
pub const FORMAT: u32 = 1;

const WHAT: &str = "signed catalogue";

/// A file of a catalogue: its name and its text.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
struct File {
    #[n(0)]
    name: String,
    #[n(1)]
    text: String,
}

/// What is signed.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
struct Told {
    /// First, and known in every form to come: by it one knows a later form.
    #[n(0)]
    format: u32,
    #[n(1)]
    version: u32,
    /// By name, each once.
    #[n(2)]
    files: Vec<File>,
    #[n(3)]
    signer: KeyId,
}

/// The files of a catalogue with the signature of who keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct SignedCatalogue {
    #[n(0)]
    format: u32,
    #[n(1)]
    version: u32,
    #[n(2)]
    files: Vec<File>,
    #[n(3)]
    signer: KeyId,
    #[n(4)]
    signature: Signature,
}

/// A signed catalogue that cannot be made or believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignedCatalogueError {
    /// Cut, too long, too large, or not written the one right way.
    #[error(transparent)]
    Bytes(#[from] CborError),
    /// Of a form that this version does not know: a newer one may.
    #[error(
        "a signed catalogue of format {found}, and this version reads {FORMAT}: a future version may read it"
    )]
    Future {
        /// The format it says it is of.
        found: u32,
    },
    /// Signed by another key than the one that is trusted.
    #[error("signed by the key {}, and {} is trusted", hex::encode(.signer.0), hex::encode(.trusted.0))]
    ForeignKey {
        /// Whose signature it says it bears.
        signer: KeyId,
        /// Whose is wanted.
        trusted: KeyId,
    },
    /// The signature or the key does not hold.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Signed, and its files are not in order: by name, each once.
    #[error("its files are not sorted by name, each once")]
    Order,
    /// Signed, and the version outside is not that of the files.
    #[error("it says version {said}, and its files say {found}")]
    Version {
        /// Outside.
        said: u32,
        /// In the files.
        found: u32,
    },
    /// Signed, and of no use: everything wrong with it.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
}

impl SignedCatalogue {
    /// Signs the files of a catalogue, in whatever order.
    ///
    /// # Errors
    /// [`SignedCatalogueError::Catalogue`] where they are none, [`SignedCatalogueError::Order`] where two have one name, and
    /// [`SignedCatalogueError::Bytes`] above [`SIGNED_CATALOGUE_BYTES_MAX`].
    pub fn sign(files: &[CatalogueFile<'_>], key: &DeviceKey) -> Result<Self, SignedCatalogueError> {
        let version = load(files)?.version();
        let file = |file: &CatalogueFile<'_>| File { name: file.name.to_owned(), text: file.text.to_owned() };
        let mut files: Vec<File> = files.iter().map(file).collect();
        files.sort_by(|a, b| a.name.cmp(&b.name));
        let told = Told { format: FORMAT, version, files, signer: key.id() };
        if !is_in_order(&told.files) {
            return Err(SignedCatalogueError::Order);
        }
        let signature = key.sign(Purpose::Catalogue, &cbor::encode(&told));
        let Told { format, version, files, signer } = told;
        let signed = Self { format, version, files, signer, signature };
        let bytes = signed.encode().len();
        let max = SIGNED_CATALOGUE_BYTES_MAX;
        if bytes > max { Err(CborError::TooLarge { what: WHAT, bytes, max }.into()) } else { Ok(signed) }
    }

    /// Its one encoding.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        cbor::encode(self)
    }

    /// Reads exactly these bytes; nothing in them is believed yet.
    ///
    /// # Errors
    /// [`SignedCatalogueError::Bytes`], and [`SignedCatalogueError::Future`] where they begin as another form does.
    pub fn decode(bytes: &[u8]) -> Result<Self, SignedCatalogueError> {
        match format_of(bytes) {
            Some(found) if found != FORMAT && bytes.len() <= SIGNED_CATALOGUE_BYTES_MAX => {
                Err(SignedCatalogueError::Future { found })
            }
            _ => Ok(cbor::decode(WHAT, bytes, SIGNED_CATALOGUE_BYTES_MAX)?),
        }
    }

    /// The version it says it is of.
    #[must_use]
    pub fn version(&self) -> u32 {
        self.version
    }

    /// The key that it says it is signed with.
    #[must_use]
    pub fn signer(&self) -> KeyId {
        self.signer
    }

    /// Names of its files, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(|file| file.name.as_str())
    }

    /// Loads what is in it without asking who signed: of bytes that were verified when they came.
    ///
    /// # Errors
    /// [`SignedCatalogueError::Order`], [`SignedCatalogueError::Version`], [`SignedCatalogueError::Catalogue`].
    pub fn catalogue(&self) -> Result<Catalogue, SignedCatalogueError> {
        if !is_in_order(&self.files) {
            return Err(SignedCatalogueError::Order);
        }
        let catalogue = load(&self.files().collect::<Vec<_>>())?;
        match catalogue.version() {
            found if found == self.version => Ok(catalogue),
            found => Err(SignedCatalogueError::Version { said: self.version, found }),
        }
    }

    /// Its files, in order: to sign them again.
    pub fn files(&self) -> impl Iterator<Item = CatalogueFile<'_>> {
        self.files.iter().map(|File { name, text }| CatalogueFile { name, text })
    }

    /// Checks the signature against the one trusted key, then loads what is signed.
    ///
    /// # Errors
    /// All the others of [`SignedCatalogueError`]; keep the catalogue that was used until now.
    pub fn verify(&self, trusted: &[u8; 32]) -> Result<Catalogue, SignedCatalogueError> {
        let trusted_id = KeyId::of(trusted);
        if self.signer != trusted_id {
            return Err(SignedCatalogueError::ForeignKey { signer: self.signer, trusted: trusted_id });
        }
        let Self { format, version, files, signer, signature } = self.clone();
        let told = Told { format, version, files, signer };
        verify_with(trusted, Purpose::Catalogue, &cbor::encode(&told), &signature)?;
        self.catalogue()
    }
}

fn is_in_order(files: &[File]) -> bool {
    files.windows(2).all(|pair| pair[0].name < pair[1].name)
}

/// What every form begins with: a map whose first key is 0, the number of the form.
fn format_of(bytes: &[u8]) -> Option<u32> {
    let mut decoder = minicbor::Decoder::new(bytes);
    let is_map = decoder.datatype().ok()? == Type::Map && decoder.map().ok()? >= Some(1);
    let is_first = is_map && decoder.u32().ok()? == 0;
    if is_first { decoder.u32().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> DeviceKey {
        DeviceKey::from_seed(&[3; 32])
    }

    fn signed() -> SignedCatalogue {
        SignedCatalogue::sign(Catalogue::embedded_files(), &key()).unwrap()
    }

    /// The same with a valid signature, whatever it says.
    fn signed_again(mut signed: SignedCatalogue) -> SignedCatalogue {
        let SignedCatalogue { format, version, files, signer, .. } = signed.clone();
        let told = Told { format, version, files, signer };
        signed.signature = key().sign(Purpose::Catalogue, &cbor::encode(&told));
        signed
    }

    #[test]
    fn what_was_signed_is_loaded() {
        let bytes = signed().encode();
        let read = SignedCatalogue::decode(&bytes).unwrap();
        assert_eq!(read, signed());
        let catalogue = read.verify(&key().public()).unwrap();
        assert_eq!(catalogue.version(), read.version());
        assert_eq!(catalogue.services().count(), Catalogue::embedded().services().count());
        let mut turned = Catalogue::embedded_files().to_vec();
        turned.reverse();
        assert_eq!(SignedCatalogue::sign(&turned, &key()).unwrap(), signed(), "order of files says nothing");
    }

    #[test]
    fn another_hand_is_not_believed() {
        let other = DeviceKey::from_seed(&[4; 32]);
        let foreign = signed().verify(&other.public()).unwrap_err();
        assert_eq!(foreign, SignedCatalogueError::ForeignKey { signer: key().id(), trusted: other.id() });
        let mut forged = signed();
        forged.files[0].text.push('#');
        assert_eq!(
            forged.verify(&key().public()).unwrap_err(),
            SignedCatalogueError::Key(KeyError::BadSignature)
        );
        let mut forged = signed();
        forged.version += 1;
        assert_eq!(
            forged.verify(&key().public()).unwrap_err(),
            SignedCatalogueError::Key(KeyError::BadSignature)
        );
        let mut forged = signed();
        let told = cbor::encode(&Told {
            format: 1,
            version: forged.version,
            files: forged.files.clone(),
            signer: forged.signer,
        });
        forged.signature = key().sign(Purpose::Commit, &told);
        assert_eq!(
            forged.verify(&key().public()).unwrap_err(),
            SignedCatalogueError::Key(KeyError::BadSignature)
        );
    }

    #[test]
    fn a_later_form_is_told_from_a_broken_one() {
        let future = |signed: &SignedCatalogue| SignedCatalogue::decode(&signed.encode());
        let later = SignedCatalogue { format: 2, ..signed() };
        assert_eq!(future(&later), Err(SignedCatalogueError::Future { found: 2 }));
        let unknown_shape = [0xa2, 0, 7, 1, 0x61, b'x'];
        assert_eq!(SignedCatalogue::decode(&unknown_shape), Err(SignedCatalogueError::Future { found: 7 }));
        for bytes in [&b""[..], b"\xa0", b"\xa1\x00", b"\xbf\x00\x02\xff", b"[1]", b"{}", &[0x80]] {
            let said = SignedCatalogue::decode(bytes);
            assert!(matches!(said, Err(SignedCatalogueError::Bytes(_))), "{bytes:?}: {said:?}");
        }
    }

    #[test]
    fn cut_long_and_large_bytes_are_refused() {
        let bytes = signed().encode();
        for len in (0..bytes.len()).step_by(997).chain([bytes.len() - 1]) {
            let said = SignedCatalogue::decode(&bytes[..len]);
            assert!(matches!(said, Err(SignedCatalogueError::Bytes(CborError::Shape { .. }))), "{len}");
        }
        let long = [bytes.as_slice(), &[0]].concat();
        let said = SignedCatalogue::decode(&long);
        assert_eq!(said, Err(CborError::NotCanonical { what: WHAT }.into()));
        let large = vec![0; SIGNED_CATALOGUE_BYTES_MAX + 1];
        assert!(matches!(
            SignedCatalogue::decode(&large),
            Err(SignedCatalogueError::Bytes(CborError::TooLarge { .. }))
        ));
    }

    #[test]
    fn what_is_signed_and_wrong_is_not_loaded() {
        let public = key().public();
        let mut wrong = signed();
        wrong.version = 9;
        assert_eq!(
            signed_again(wrong).verify(&public).unwrap_err(),
            SignedCatalogueError::Version { said: 9, found: 1 }
        );
        let mut wrong = signed();
        wrong.files.swap(0, 1);
        assert_eq!(signed_again(wrong).verify(&public).unwrap_err(), SignedCatalogueError::Order);
        let mut wrong = signed();
        wrong.files.remove(0);
        assert!(matches!(signed_again(wrong).verify(&public), Err(SignedCatalogueError::Catalogue(_))));
    }

    #[test]
    fn what_is_no_catalogue_is_not_signed() {
        let broken = [CatalogueFile { name: "a.toml", text: "version = 0" }];
        assert!(matches!(SignedCatalogue::sign(&broken, &key()), Err(SignedCatalogueError::Catalogue(_))));
        let text = "version = 1";
        let twice = [CatalogueFile { name: "a.toml", text: "" }, CatalogueFile { name: "a.toml", text }];
        assert_eq!(SignedCatalogue::sign(&twice, &key()).unwrap_err(), SignedCatalogueError::Order);
        // Comments are free, so a catalogue of any size is a good one.
        let names: Vec<String> = (0..3).map(|n| format!("{n}.toml")).collect();
        let comment = format!("#{}", "x".repeat(SIGNED_CATALOGUE_BYTES_MAX / 3));
        let mut large: Vec<CatalogueFile<'_>> =
            names.iter().map(|name| CatalogueFile { name, text: &comment }).collect();
        large.push(CatalogueFile { name: "v.toml", text });
        let said = SignedCatalogue::sign(&large, &key());
        assert!(matches!(said, Err(SignedCatalogueError::Bytes(CborError::TooLarge { .. }))));
    }
}
