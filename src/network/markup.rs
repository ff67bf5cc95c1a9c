//! Reads HTML for its text: what of it is shown as text, and what the elements around say of it.
//!
//! The tokens are read by the HTML standard. Of its tree there is what bears on text: which elements
//! are open, and which are closed by others. Formatting elements hold on to what follows until their
//! own end, through the ends of others, as the standard opens them again.

use html5gum::{StartTag, State, Token, Tokenizer, naive_next_state};
use std::borrow::Cow;
use std::ops::Range;
use std::rc::Rc;

/// The text of a page or a piece of one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    /// The words, blanks drawn together; a line ends where a block begins or ends.
    pub words: String,
    /// Its pieces, in order and without a gap.
    pieces: Vec<Piece>,
}

/// A piece of text that no tag parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Where it stands in the words, in bytes.
    pub at: Range<usize>,
    /// What the elements around it say of it.
    pub standing: Standing,
}

/// What elements say of the text inside them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Whether visitors cannot see it.
    pub hidden: bool,
    /// Whether it is named as the foot of the page.
    pub in_footer: bool,
    /// Where it is linked to.
    pub link: Option<Rc<str>>,
}

impl Standing {
    /// Takes up what an inner element says.
    fn enter(&mut self, inner: &Self) {
        self.hidden |= inner.hidden;
        self.in_footer |= inner.in_footer;
        if inner.link.is_some() {
            self.link.clone_from(&inner.link);
        }
    }
}

impl Text {
    /// Returns the pieces that a stretch of the words touches.
    pub fn pieces(&self, at: &Range<usize>) -> impl Iterator<Item = &Piece> + use<'_> {
        let first = self
            .pieces
            .partition_point(|piece| piece.at.end <= at.start);
        let end = at.end;
        let rest = self.pieces.iter().skip(first);
        rest.take_while(move |piece| piece.at.start < end)
    }
}

/// Reads HTML; `judge` is asked what each element says of the text inside it.
pub fn read(html: &str, judge: impl FnMut(&Tag) -> Standing) -> Text {
    let mut page = Page {
        judge,
        root: Standing::default(),
        open: Vec::new(),
        formatting: Vec::new(),
        text: Text::default(),
        gap: None,
        is_parted: true,
        is_quirky: true,
    };
    let mut tokens = Tokenizer::new(html);
    while let Some(Ok(token)) = tokens.next() {
        match token {
            Token::StartTag(tag) => {
                if let Some(state) = page.start(&Tag(tag)) {
                    tokens.set_state(state);
                }
            }
            Token::EndTag(tag) => page.end(&tag.name),
            Token::String(text) => page.write(&String::from_utf8_lossy(&text)),
            Token::Doctype(doctype) => page.is_quirky = doctype.force_quirks,
            Token::Comment(_) | Token::Error(_) => {}
        }
    }
    page.text
}

/// The start tag of an element.
#[derive(Debug)]
pub struct Tag(StartTag<()>);

impl Tag {
    /// Whether the element has this name, in lower case.
    pub fn is(&self, name: &str) -> bool {
        self.0.name.as_slice() == name.as_bytes()
    }

    /// Returns an attribute, by its name in lower case.
    pub fn attribute(&self, name: &str) -> Option<Cow<'_, str>> {
        let value = self.0.attributes.get(name.as_bytes())?;
        Some(String::from_utf8_lossy(value))
    }
}

/// How many open elements are looked through for one that a tag closes. Pages for people are not so
/// deep; others are read in no more time.
const NEAR: usize = 512;

/// How many formatting elements are open at once.
const FORMATTING: usize = 64;

/// What an element does to those around it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// It has no content.
    Void,
    /// The rule between paragraphs, which has none either.
    Rule,
    /// Its content is no text of the page.
    Unread,
    /// The same, of elements that it keeps to itself.
    Template,
    /// It holds on until its own end.
    Formatting,
    /// A heading.
    Heading,
    /// It begins on a line of its own.
    Block,
    /// A table.
    Table,
    /// Rows or columns of a table.
    Group,
    /// A row of a table.
    Row,
    /// A cell of a table, or its caption.
    Cell,
    /// It keeps its elements to itself.
    Object,
    /// A control with content.
    Control,
    /// A drawing, whose elements may close themselves.
    Drawing,
    /// Anything else.
    Inline,
}

impl Kind {
    fn of(name: &[u8]) -> Self {
        match name {
            b"area" | b"base" | b"basefont" | b"bgsound" | b"br" | b"col" | b"embed" | b"frame"
            | b"img" | b"input" | b"keygen" | b"link" | b"meta" | b"param" | b"source"
            | b"track" | b"wbr" => Self::Void,
            b"hr" => Self::Rule,
            b"iframe" | b"noembed" | b"noframes" | b"noscript" | b"script" | b"style"
            | b"textarea" | b"title" => Self::Unread,
            b"template" => Self::Template,
            b"a" | b"b" | b"big" | b"code" | b"em" | b"font" | b"i" | b"nobr" | b"s" | b"small"
            | b"strike" | b"strong" | b"tt" | b"u" => Self::Formatting,
            b"h1" | b"h2" | b"h3" | b"h4" | b"h5" | b"h6" => Self::Heading,
            b"address" | b"article" | b"aside" | b"blockquote" | b"center" | b"dd" | b"details"
            | b"dialog" | b"dir" | b"div" | b"dl" | b"dt" | b"fieldset" | b"figcaption"
            | b"figure" | b"footer" | b"form" | b"header" | b"hgroup" | b"li" | b"listing"
            | b"main" | b"menu" | b"nav" | b"ol" | b"p" | b"plaintext" | b"pre" | b"search"
            | b"section" | b"summary" | b"ul" | b"xmp" => Self::Block,
            b"table" => Self::Table,
            b"colgroup" | b"tbody" | b"tfoot" | b"thead" => Self::Group,
            b"tr" => Self::Row,
            b"caption" | b"td" | b"th" => Self::Cell,
            b"applet" | b"marquee" | b"object" => Self::Object,
            b"button" | b"select" => Self::Control,
            b"math" | b"svg" => Self::Drawing,
            _ => Self::Inline,
        }
    }

    /// Whether it ends a paragraph.
    const fn is_block(self) -> bool {
        matches!(self, Self::Rule | Self::Heading | Self::Block | Self::Table)
    }

    const fn is_table_part(self) -> bool {
        matches!(self, Self::Group | Self::Row | Self::Cell)
    }

    /// Whether its text stands apart from that around it.
    const fn is_apart(self) -> bool {
        self.is_block() || self.is_table_part()
    }

    /// Whether an end inside it closes nothing outside: the standard's scope.
    const fn is_boundary(self) -> bool {
        self.is_marker() || matches!(self, Self::Table)
    }

    /// Whether formatting elements inside it end with it: the standard's marker.
    const fn is_marker(self) -> bool {
        matches!(self, Self::Template | Self::Cell | Self::Object)
    }

    /// Whether it holds parts of a table alone.
    const fn is_frame(self) -> bool {
        matches!(self, Self::Table | Self::Group | Self::Row)
    }

    /// Whether the end of an inline element leaves it open.
    const fn is_special(self) -> bool {
        self.is_apart() || self.is_boundary() || matches!(self, Self::Control)
    }
}

/// An open element.
struct Open {
    name: Vec<u8>,
    kind: Kind,
    standing: Standing,
    is_unread: bool,
    /// Formatting elements that its content does not close.
    outer: Vec<Formatting>,
}

impl Open {
    fn is(&self, name: &[u8]) -> bool {
        self.name == name
    }

    const fn is_table(&self) -> bool {
        matches!(self.kind, Kind::Table | Kind::Template)
    }
}

/// A formatting element.
struct Formatting {
    name: Vec<u8>,
    standing: Standing,
    /// How many elements are open around it; nothing where it ended with one of them and is to be
    /// opened again.
    depth: Option<usize>,
}

/// A page under the reading head.
struct Page<J> {
    judge: J,
    /// What `html` and `body` say.
    root: Standing,
    open: Vec<Open>,
    /// The formatting elements since the last boundary.
    formatting: Vec<Formatting>,
    text: Text,
    /// What parts the next word from the one before.
    gap: Option<char>,
    /// Whether a tag came after the last piece.
    is_parted: bool,
    /// Whether it is read as before there was a standard, for want of a document type.
    is_quirky: bool,
}

impl<J: FnMut(&Tag) -> Standing> Page<J> {
    /// Reads a start tag; returns how its content is to be read where that is no mark-up.
    fn start(&mut self, tag: &Tag) -> Option<State> {
        self.is_parted = true;
        let name = tag.0.name.as_slice();
        let kind = Kind::of(name);
        if tag.0.self_closing && (kind == Kind::Drawing || self.is_in_drawing()) {
            return None;
        }
        if kind.is_table_part() && !self.clear_table(kind) {
            return None;
        }
        // Forms do not nest.
        if name == b"form" && self.find(|open| open.is(name), |_| false).is_some() {
            return None;
        }
        self.make_room(name, kind);
        if matches!(
            kind,
            Kind::Formatting | Kind::Inline | Kind::Object | Kind::Control
        ) {
            self.open_again();
        }
        let standing = if self.is_unread() {
            Standing::default()
        } else {
            (self.judge)(tag)
        };
        match kind {
            Kind::Void | Kind::Rule => {}
            Kind::Formatting => {
                if self.formatting.len() == FORMATTING {
                    self.formatting.remove(0);
                }
                self.formatting.push(Formatting {
                    name: name.to_vec(),
                    standing,
                    depth: Some(self.open.len()),
                });
            }
            Kind::Inline if matches!(name, b"html" | b"body") => self.root.enter(&standing),
            Kind::Inline if name == b"head" => {}
            Kind::Unread
            | Kind::Template
            | Kind::Heading
            | Kind::Block
            | Kind::Table
            | Kind::Group
            | Kind::Row
            | Kind::Cell
            | Kind::Object
            | Kind::Control
            | Kind::Drawing
            | Kind::Inline => self.push(name, kind, &standing),
        }
        match name {
            b"noframes" => Some(State::RawText),
            _ => naive_next_state(name),
        }
    }

    /// Closes all in the innermost table that cannot hold such a part; returns whether there is one.
    fn clear_table(&mut self, part: Kind) -> bool {
        let holds = |open: &Open| {
            open.is_table()
                || (open.kind == Kind::Group && matches!(part, Kind::Row | Kind::Cell))
                || (open.kind == Kind::Row && part == Kind::Cell)
        };
        let holder = self.find(holds, |_| false);
        holder.is_some_and(|place| {
            self.cut(place + 1);
            self.end_with(place);
            true
        })
    }

    /// Closes what cannot hold an element.
    fn make_room(&mut self, name: &[u8], kind: Kind) {
        let holds_items = |open: &Open| {
            open.kind.is_special() && !matches!(open.name.as_slice(), b"address" | b"div" | b"p")
        };
        match name {
            b"a" | b"nobr" => self.end_formatting(name),
            b"br" => self.part(' '),
            b"li" => self.close(|open| open.is(b"li"), holds_items),
            b"dd" | b"dt" => self.close(|open| open.is(b"dd") || open.is(b"dt"), holds_items),
            b"option" => self.close_last(|open| open.is(b"option")),
            b"optgroup" => {
                self.close_last(|open| open.is(b"option"));
                self.close_last(|open| open.is(b"optgroup"));
            }
            b"button" => self.close(|open| open.is(b"button"), |open| open.kind.is_boundary()),
            _ => {}
        }
        if kind.is_block() {
            self.close(
                |open| open.kind == Kind::Drawing,
                |open| open.kind.is_special() || open.is(b"foreignobject"),
            );
        }
        if kind == Kind::Table && self.open.last().is_some_and(|open| open.kind.is_frame()) {
            self.close(|open| open.kind == Kind::Table, |_| false);
        }
        if kind.is_block() && !(kind == Kind::Table && self.is_quirky) {
            self.close_paragraph();
        }
        if kind == Kind::Heading {
            self.close_last(|open| open.kind == Kind::Heading);
        }
        if kind.is_apart() {
            self.part('\n');
        }
    }

    /// Opens the formatting elements again that ended with others.
    fn open_again(&mut self) {
        for formatting in &mut self.formatting {
            formatting.depth.get_or_insert(self.open.len());
        }
    }

    fn push(&mut self, name: &[u8], kind: Kind, own: &Standing) {
        let outer = if kind.is_marker() {
            std::mem::take(&mut self.formatting)
        } else {
            Vec::new()
        };
        let around = if kind.is_table_part() {
            self.open.last()
        } else {
            self.around()
        };
        let mut standing = around.map(|open| open.standing.clone()).unwrap_or_default();
        for formatting in outer.iter().filter(|outer| outer.depth.is_some()) {
            standing.enter(&formatting.standing);
        }
        standing.enter(own);
        self.open.push(Open {
            name: name.to_vec(),
            kind,
            standing,
            is_unread: matches!(kind, Kind::Unread | Kind::Template) || self.is_unread(),
            outer,
        });
    }

    fn end(&mut self, name: &[u8]) {
        self.is_parted = true;
        let kind = Kind::of(name);
        let is_this = |open: &Open| open.is(name);
        let is_boundary = |open: &Open| open.kind.is_boundary();
        match name {
            b"br" => self.part(' '),
            b"p" => {
                self.close_paragraph();
                self.part('\n');
            }
            b"li" => self.close(is_this, |open| {
                is_boundary(open) || open.is(b"ol") || open.is(b"ul")
            }),
            // What it still holds stays open.
            b"form" => {
                if let Some(place) = self.find(is_this, is_boundary) {
                    self.open.remove(place);
                }
            }
            _ => match kind {
                Kind::Formatting => self.end_formatting(name),
                Kind::Heading => self.close(|open| open.kind == Kind::Heading, is_boundary),
                Kind::Table | Kind::Template => {
                    self.close(is_this, |open| open.kind == Kind::Template);
                }
                Kind::Group | Kind::Row | Kind::Cell => self.close(is_this, Open::is_table),
                Kind::Block | Kind::Object | Kind::Control => self.close(is_this, is_boundary),
                Kind::Void | Kind::Rule | Kind::Unread | Kind::Drawing | Kind::Inline => {
                    self.close(is_this, |open| open.kind.is_special());
                }
            },
        }
    }

    fn end_formatting(&mut self, name: &[u8]) {
        let place = self.formatting.iter().rposition(|open| open.name == name);
        let Some(Formatting { depth, .. }) = place.map(|place| self.formatting.remove(place))
        else {
            return;
        };
        // What is open in it ends with it, unless that is more than inline.
        if let Some(depth) = depth
            && let inner = self.open.iter().skip(depth)
            && !inner.rev().any(|open| open.kind.is_special())
        {
            self.cut(depth);
        }
    }

    /// Closes the paragraph that is open; nothing that stands apart is open in it.
    fn close_paragraph(&mut self) {
        self.close(|open| open.is(b"p"), |open| open.kind.is_special());
    }

    fn close_last(&mut self, is_meant: impl Fn(&Open) -> bool) {
        self.close(is_meant, |_| true);
    }

    /// Closes the innermost open element that is meant, with all that it holds, unless one that
    /// ends the search stands before it.
    fn close(&mut self, is_meant: impl Fn(&Open) -> bool, is_end: impl Fn(&Open) -> bool) {
        if let Some(place) = self.find(is_meant, is_end) {
            self.cut(place);
        }
    }

    fn cut(&mut self, place: usize) {
        while self.open.len() > place
            && let Some(open) = self.open.pop()
        {
            if open.kind.is_marker() {
                self.formatting = open.outer;
            }
            if open.kind.is_apart() {
                self.part('\n');
            }
        }
        self.end_with(place);
    }

    /// Ends the formatting elements that have more elements open around them, until they are opened
    /// again.
    fn end_with(&mut self, depth: usize) {
        for formatting in &mut self.formatting {
            formatting.depth = formatting.depth.filter(|own| *own <= depth);
        }
    }

    fn find(
        &self,
        is_meant: impl Fn(&Open) -> bool,
        is_end: impl Fn(&Open) -> bool,
    ) -> Option<usize> {
        for (place, open) in self.open.iter().enumerate().rev().take(NEAR) {
            if is_meant(open) {
                return Some(place);
            }
            if is_end(open) {
                return None;
            }
        }
        None
    }

    fn is_in_drawing(&self) -> bool {
        let is_drawing = |open: &Open| open.kind == Kind::Drawing;
        self.find(is_drawing, |open| open.kind.is_special())
            .is_some()
    }

    fn is_unread(&self) -> bool {
        self.open.last().is_some_and(|open| open.is_unread)
    }

    /// Parts the next word from the one before.
    fn part(&mut self, gap: char) {
        if self.gap != Some('\n') {
            self.gap = Some(gap);
        }
    }

    fn write(&mut self, text: &str) {
        if self.is_unread() {
            return;
        }
        self.open_again();
        let start = self.text.words.len();
        for ch in text.chars() {
            if ch.is_whitespace() {
                self.part(' ');
                continue;
            }
            if let Some(gap) = self.gap.take()
                && !self.text.words.is_empty()
            {
                self.text.words.push(gap);
            }
            self.text.words.push(ch);
        }
        let end = self.text.words.len();
        if start == end {
            return;
        }
        match self.text.pieces.last_mut() {
            Some(last) if !self.is_parted => last.at.end = end,
            Some(_) | None => {
                let standing = self.standing();
                self.text.pieces.push(Piece {
                    at: start..end,
                    standing,
                });
                self.is_parted = false;
            }
        }
    }

    /// Returns the element that text and all but parts of a table would stand in: out of a table's
    /// cells, that before the table.
    fn around(&self) -> Option<&Open> {
        self.open.iter().rev().find(|open| !open.kind.is_frame())
    }

    /// Returns what all open elements say.
    fn standing(&self) -> Standing {
        let mut standing = self.root.clone();
        let open = self.around().map(|open| &open.standing);
        let formatting = self.formatting.iter().map(|open| &open.standing);
        for inner in open.into_iter().chain(formatting) {
            standing.enter(inner);
        }
        standing
    }
}
