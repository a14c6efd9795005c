//! A text's print: what is kept of it, and where near-identical ones are looked for.
//!
//! A print stands in [`SLOTS`] slots. In each it has a *shallow* place, made of four smallest hashes, and a *deep* one,
//! made of sixteen. Texts in one shallow place are compared pair by pair, as long as no more than [`ROOM`] different
//! texts are there; where there are more, those in one deep place are, and where that too holds more, they are taken
//! for one template as they are: sixteen smallest hashes agree. So whether two texts tie follows from the set of all
//! texts alone, whatever came first, and a new text is compared with at most [`ROOM`] others in each slot.

use sha2::{Digest, Sha256};

use crate::mark::first_u64;
use crate::sketch::{BANDS, KEPT, Sketch, mix};

/// Texts at least this alike are one template: windows of eight letters at 0.835 part and join the same mails as
/// word 3-grams at 0.8.
pub(crate) const ALIKE: f64 = 0.835;
/// Hidden stuffing at least this alike comes from one kit.
const HIDDEN_ALIKE: f64 = 0.9;
/// A text with fewer bytes of letters than this (24 Latin letters, 8 kana or kanji) never ties by itself:
/// "please see attached" is everybody's.
const MIN_LETTERS: usize = 24;

/// Slots in which a text is looked for.
pub const SLOTS: usize = BANDS;
/// The most different texts of one place that are compared pair by pair.
pub const ROOM: usize = 32;
/// Bands that a deep place is made of.
const DEEP: usize = 4;

/// Which text of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// What a reader sees.
    Text,
    /// Stuffing that no reader sees.
    Hidden,
}

/// What is kept of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Print {
    layer: Layer,
    id: u64,
    sketch: Sketch,
    bands: [u64; BANDS],
}

impl Print {
    /// The print of a text's letters; `None` where there is too little to say.
    pub(crate) fn of(layer: Layer, letters: &[u8]) -> Option<Self> {
        if letters.len() < MIN_LETTERS {
            return None;
        }
        let (sketch, bands) = Sketch::of(letters)?;
        let id = mix(first_u64(&Sha256::digest(letters)) ^ layer as u64) >> 1;
        Some(Self { layer, id, sketch, bands })
    }

    /// A number that equal texts alone have; never negative as a signed number.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// Its shallow and its deep place in every slot. Never negative as signed numbers.
    pub fn places(&self) -> [(u64, u64); SLOTS] {
        let mut out = [(0, 0); SLOTS];
        for (slot, place) in out.iter_mut().enumerate() {
            let of = |at: usize| self.bands.get((slot + at) % BANDS).copied().unwrap_or(0);
            let deep = (1..DEEP).fold(0, |sum, at| mix(sum ^ of(at)));
            *place = (mix(of(0) ^ self.layer as u64) >> 1, deep >> 1);
        }
        out
    }

    /// How alike two texts are, where they are alike enough to be one template.
    ///
    /// ```
    /// use casework::Signature;
    /// use lexicon::MailFacts;
    ///
    /// let print = |text: &str| {
    ///     let mut facts = MailFacts::default();
    ///     facts.body.text = text.into();
    ///     Signature::of(&facts).prints()[0].clone()
    /// };
    /// let one = print("Your parcel 1234 could not be delivered, please pay the customs fee today.");
    /// assert_eq!(one.alike(&print("Your parcel 9 could not be delivered. Please pay the customs fee today!")), Some(1.0));
    /// assert_eq!(one.alike(&print("Minutes of the meeting on Tuesday are attached.")), None);
    /// ```
    pub fn alike(&self, other: &Self) -> Option<f64> {
        if self.layer != other.layer {
            return None;
        }
        if self.id == other.id {
            return Some(1.0);
        }
        self.sketch.jaccard(&other.sketch, if self.layer == Layer::Hidden { HIDDEN_ALIKE } else { ALIKE })
    }

    /// Which text of the mail it is.
    pub fn layer(&self) -> Layer {
        self.layer
    }

    /// How alike, whatever that is.
    pub(crate) fn jaccard(&self, other: &Self) -> f64 {
        if self.id == other.id { 1.0 } else { self.sketch.jaccard(&other.sketch, 0.0).unwrap_or(0.0) }
    }

    /// A compact form for a store: about 1,200 bytes for a long text.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = vec![self.layer as u8];
        out.extend(self.id.to_be_bytes());
        out.extend(self.bands.iter().flat_map(|band| band.to_be_bytes()));
        out.extend(self.sketch.smallest().iter().flat_map(|hash| hash.to_be_bytes()));
        out
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote; `None` for a broken form.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (&layer, rest) = bytes.split_first()?;
        let layer = match layer {
            0 => Layer::Text,
            1 => Layer::Hidden,
            _ => return None,
        };
        let (id, rest) = rest.split_first_chunk::<8>()?;
        let (bands_bytes, rest) = rest.split_at_checked(BANDS * 8)?;
        let mut bands = [0; BANDS];
        for (band, bytes) in bands.iter_mut().zip(bands_bytes.as_chunks::<8>().0) {
            *band = u64::from_be_bytes(*bytes);
        }
        let (hashes, []) = rest.as_chunks::<4>() else { return None };
        let hashes: Vec<u32> = hashes.iter().map(|bytes| u32::from_be_bytes(*bytes)).collect();
        if hashes.len() > KEPT || !hashes.is_sorted() {
            return None;
        }
        Some(Self { layer, id: u64::from_be_bytes(*id), sketch: Sketch::kept(hashes), bands })
    }
}
