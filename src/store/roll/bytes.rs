//! Numbers and texts in a file of bytes, least byte first.

/// A text that is not there.
const NONE: u16 = u16::MAX;

pub(super) fn put_number(to: &mut Vec<u8>, number: u32) {
    to.extend(number.to_le_bytes());
}

/// Writes a text with its length; none where it is too long.
pub(super) fn put_text(to: &mut Vec<u8>, text: Option<&str>) -> Option<()> {
    let length = match text {
        None => NONE,
        Some(text) => u16::try_from(text.len()).ok().filter(|l| *l != NONE)?,
    };
    to.extend(length.to_le_bytes());
    to.extend(text.unwrap_or_default().as_bytes());
    Some(())
}

/// Writes pairs of texts with their count.
pub(super) fn put_pairs<'t>(
    to: &mut Vec<u8>,
    pairs: impl ExactSizeIterator<Item = (&'t str, &'t str)>,
) -> Option<()> {
    put_number(to, u32::try_from(pairs.len()).ok()?);
    for (one, other) in pairs {
        put_text(to, Some(one))?;
        put_text(to, Some(other))?;
    }
    Some(())
}

/// Reads on from a place; none at anything that was not written so.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) const fn new(rest: &'a [u8]) -> Self {
        Self { rest }
    }

    pub(super) const fn left(&self) -> usize {
        self.rest.len()
    }

    pub(super) fn bytes(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }

    pub(super) fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.bytes(N)?.try_into().ok()
    }

    pub(super) fn number(&mut self) -> Option<u32> {
        self.take().map(u32::from_le_bytes)
    }

    #[allow(
        clippy::option_option,
        reason = "what cannot be read, and what is not there"
    )]
    pub(super) fn text(&mut self) -> Option<Option<&'a str>> {
        let length = self.take().map(u16::from_le_bytes)?;
        if length == NONE {
            return Some(None);
        }
        let bytes = self.bytes(length.into())?;
        std::str::from_utf8(bytes).ok().map(Some)
    }

    /// Reads what [`put_pairs`] wrote.
    pub(super) fn pairs<T: From<&'a str>, C: FromIterator<(T, T)>>(&mut self) -> Option<C> {
        let count = self.number()?;
        let pairs = (0..count).map(|_| Some((self.text()??.into(), self.text()??.into())));
        pairs.collect()
    }
}
