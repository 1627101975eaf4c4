//! Tokens into a typed tree: recursive descent, every step down counted, every part typed as it is made.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::lexer::{Token, tokens};
use super::{Expr, ExprError, ExprErrorKind, Kind, Schema};
use crate::limits::{EXPR_NESTING_MAX, EXPR_NODES_MAX};

/// Words that no key can be, because an expression could not read it.
pub const KEYWORDS: [&str; 6] = ["and", "or", "not", "in", "true", "false"];

/// One part of an expression.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    Bool(bool),
    Number(Decimal),
    Text(String),
    Key(String, Kind),
    Not(Box<Node>),
    All(Vec<Node>),
    Any(Vec<Node>),
    Compare(Comparison, Box<Node>, Box<Node>),
    OneOf(Box<Node>, Vec<Node>),
    /// The first operand, then each further one with what is done with it.
    Chain(Box<Node>, Vec<(Arithmetic, Node)>),
    Negative(Box<Node>),
    Answered(String),
    Length(String),
    Count(String),
    Contains(String, Kind, String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arithmetic {
    Plus,
    Minus,
    Times,
    Over,
}

/// A part, what it is, and where it begins.
type Part = (Node, Kind, usize);
type Parsed<T> = Result<T, ExprError>;

pub(super) fn parse(text: &str, schema: &dyn Schema) -> Parsed<Expr> {
    let mut parser =
        Parser { tokens: tokens(text)?, at: 0, depth: 0, nodes: 0, keys: BTreeSet::new(), schema };
    let part = parser.any()?;
    if *parser.peek() != Token::End {
        return Err(parser.unexpected("an operator or the end"));
    }
    let root = need(part, Kind::Bool, "true or false")?;
    Ok(Expr { root, keys: parser.keys, nodes: parser.nodes })
}

fn error(column: usize, kind: ExprErrorKind) -> ExprError {
    ExprError { column, kind }
}

fn need((node, kind, column): Part, wanted: Kind, expected: &'static str) -> Parsed<Node> {
    if kind == wanted { Ok(node) } else { Err(error(column, ExprErrorKind::Type { expected, found: kind })) }
}

struct Parser<'a> {
    tokens: Vec<(Token, usize)>,
    at: usize,
    depth: usize,
    nodes: usize,
    keys: BTreeSet<String>,
    schema: &'a dyn Schema,
}

impl Parser<'_> {
    fn peek(&self) -> &Token {
        self.tokens.get(self.at).map_or(&Token::End, |(token, _)| token)
    }

    fn column(&self) -> usize {
        self.tokens.get(self.at).or(self.tokens.last()).map_or(1, |(_, column)| *column)
    }

    fn take(&mut self) -> (Token, usize) {
        let taken = (self.peek().clone(), self.column());
        self.at += 1;
        taken
    }

    fn symbol(&mut self, wanted: &str) -> bool {
        let found = matches!(self.peek(), Token::Symbol(symbol) if *symbol == wanted);
        self.at += usize::from(found);
        found
    }

    fn word(&mut self, wanted: &str) -> bool {
        let found = matches!(self.peek(), Token::Word(word) if word == wanted);
        self.at += usize::from(found);
        found
    }

    fn unexpected(&self, expected: &'static str) -> ExprError {
        error(self.column(), ExprErrorKind::Syntax { expected, found: self.peek().shown() })
    }

    fn close(&mut self, symbol: &str, expected: &'static str) -> Parsed<()> {
        if self.symbol(symbol) { Ok(()) } else { Err(self.unexpected(expected)) }
    }

    /// Counts a part.
    fn part(&mut self, node: Node, kind: Kind, column: usize) -> Parsed<Part> {
        self.nodes += 1;
        if self.nodes > EXPR_NODES_MAX {
            return Err(error(column, ExprErrorKind::TooMany));
        }
        Ok((node, kind, column))
    }

    /// One level down; the only way in which this parser calls itself.
    fn deeper<T>(&mut self, column: usize, inner: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth == EXPR_NESTING_MAX {
            return Err(error(column, ExprErrorKind::TooDeep));
        }
        self.depth += 1;
        let parsed = inner(self);
        self.depth -= 1;
        parsed
    }

    fn any(&mut self) -> Parsed<Part> {
        self.joined("or", Self::all, Node::Any)
    }

    fn all(&mut self) -> Parsed<Part> {
        self.joined("and", Self::not, Node::All)
    }

    fn joined(
        &mut self,
        word: &str,
        operand: fn(&mut Self) -> Parsed<Part>,
        join: fn(Vec<Node>) -> Node,
    ) -> Parsed<Part> {
        let first = operand(self)?;
        if !matches!(self.peek(), Token::Word(found) if found == word) {
            return Ok(first);
        }
        let column = first.2;
        let mut parts = vec![need(first, Kind::Bool, "true or false")?];
        while self.word(word) {
            let next = operand(self)?;
            parts.push(need(next, Kind::Bool, "true or false")?);
        }
        self.part(join(parts), Kind::Bool, column)
    }

    fn not(&mut self) -> Parsed<Part> {
        let column = self.column();
        if !self.word("not") {
            return self.comparison();
        }
        let inner = self.deeper(column, Self::not)?;
        let inner = need(inner, Kind::Bool, "true or false")?;
        self.part(Node::Not(Box::new(inner)), Kind::Bool, column)
    }

    fn comparison(&mut self) -> Parsed<Part> {
        let left = self.sum()?;
        let column = left.2;
        if self.word("in") {
            return self.one_of(left);
        }
        let Some(operation) = self.comparison_sign() else { return Ok(left) };
        let right = self.sum()?;
        let ordered = !matches!(operation, Comparison::Equal | Comparison::Unequal);
        match left.1 {
            Kind::List => {
                let expected = "something that can be compared: count(…) or contains(…) of the list";
                return Err(error(column, ExprErrorKind::Type { expected, found: Kind::List }));
            }
            Kind::Bool if ordered => {
                let expected = "a number or a text";
                return Err(error(column, ExprErrorKind::Type { expected, found: Kind::Bool }));
            }
            _ => {}
        }
        if left.1 != right.1 {
            let expected = match left.1 {
                Kind::Number => "a number to compare with",
                Kind::Text => "a text to compare with",
                Kind::Bool | Kind::List => "true or false to compare with",
            };
            return Err(error(right.2, ExprErrorKind::Type { expected, found: right.1 }));
        }
        if !ordered {
            self.known_option(&left.0, &right.0, right.2)?;
            self.known_option(&right.0, &left.0, left.2)?;
        }
        if self.comparison_sign().is_some() {
            self.at -= 1;
            return Err(self.unexpected("one comparison at a time, then and or or"));
        }
        self.part(Node::Compare(operation, Box::new(left.0), Box::new(right.0)), Kind::Bool, column)
    }

    fn comparison_sign(&mut self) -> Option<Comparison> {
        let Token::Symbol(symbol) = self.peek() else { return None };
        let comparison = match *symbol {
            "==" => Comparison::Equal,
            "!=" => Comparison::Unequal,
            "<" => Comparison::Less,
            "<=" => Comparison::LessOrEqual,
            ">" => Comparison::Greater,
            ">=" => Comparison::GreaterOrEqual,
            _ => return None,
        };
        self.at += 1;
        Some(comparison)
    }

    /// A choice is compared with its own options only: anything else is a slip of the pen.
    fn known_option(&self, key: &Node, literal: &Node, column: usize) -> Parsed<()> {
        if let (Node::Key(key, _), Node::Text(option)) = (key, literal) {
            self.option(key, option, column)?;
        }
        Ok(())
    }

    fn option(&self, key: &str, option: &str, column: usize) -> Parsed<()> {
        match self.schema.options(key) {
            Some(options) if !options.iter().any(|known| known == option) => {
                let (key, option) = (key.to_owned(), option.to_owned());
                Err(error(column, ExprErrorKind::UnknownOption { key, option }))
            }
            _ => Ok(()),
        }
    }

    fn one_of(&mut self, (left, kind, column): Part) -> Parsed<Part> {
        if !matches!(kind, Kind::Text | Kind::Number) {
            return Err(error(column, ExprErrorKind::Type { expected: "a text or a number", found: kind }));
        }
        self.close("[", "[ and literals")?;
        let mut items = Vec::new();
        loop {
            let (item, item_kind, item_column) = self.literal()?;
            if item_kind != kind {
                let expected = if kind == Kind::Text { "a text" } else { "a number" };
                return Err(error(item_column, ExprErrorKind::Type { expected, found: item_kind }));
            }
            self.known_option(&left, &item, item_column)?;
            items.push(item);
            if self.symbol("]") {
                break;
            }
            self.close(",", ", or ]")?;
        }
        self.part(Node::OneOf(Box::new(left), items), Kind::Bool, column)
    }

    /// A text or number, its sign included.
    fn literal(&mut self) -> Parsed<Part> {
        let column = self.column();
        let negative = self.symbol("-");
        match self.take() {
            (Token::Number(number), _) => {
                let number = if negative { -number } else { number };
                self.part(Node::Number(number), Kind::Number, column)
            }
            (Token::Text(text), _) if !negative => self.part(Node::Text(text), Kind::Text, column),
            _ => {
                self.at -= 1;
                Err(self.unexpected("a text or a number"))
            }
        }
    }

    fn sum(&mut self) -> Parsed<Part> {
        self.chain(Self::product, &[("+", Arithmetic::Plus), ("-", Arithmetic::Minus)])
    }

    fn product(&mut self) -> Parsed<Part> {
        self.chain(Self::signed, &[("*", Arithmetic::Times), ("/", Arithmetic::Over)])
    }

    fn chain(
        &mut self,
        operand: fn(&mut Self) -> Parsed<Part>,
        signs: &[(&str, Arithmetic)],
    ) -> Parsed<Part> {
        let mut first = Some(operand(self)?);
        let mut head = None;
        let mut rest = Vec::new();
        let mut column = first.as_ref().map_or(1, |part| part.2);
        while let Some((_, operation)) = signs.iter().find(|(sign, _)| self.symbol(sign)) {
            if let Some(part) = first.take() {
                column = part.2;
                head = Some(need(part, Kind::Number, "a number")?);
            }
            let next = operand(self)?;
            let next = need(next, Kind::Number, "a number")?;
            rest.push((*operation, next));
        }
        match (first, head) {
            (Some(part), _) => Ok(part),
            (None, Some(head)) => self.part(Node::Chain(Box::new(head), rest), Kind::Number, column),
            (None, None) => Err(self.unexpected("a number")),
        }
    }

    fn signed(&mut self) -> Parsed<Part> {
        let column = self.column();
        if !self.symbol("-") {
            return self.primary();
        }
        let inner = self.deeper(column, Self::signed)?;
        let inner = need(inner, Kind::Number, "a number")?;
        self.part(Node::Negative(Box::new(inner)), Kind::Number, column)
    }

    fn primary(&mut self) -> Parsed<Part> {
        let column = self.column();
        if self.symbol("(") {
            let (node, kind, _) = self.deeper(column, Self::any)?;
            self.close(")", "an operator or )")?;
            return Ok((node, kind, column));
        }
        match self.peek().clone() {
            Token::Word(word) if word == "true" || word == "false" => {
                self.at += 1;
                self.part(Node::Bool(word == "true"), Kind::Bool, column)
            }
            Token::Word(word) if !KEYWORDS.contains(&word.as_str()) => {
                self.at += 1;
                if self.symbol("(") {
                    return self.call(&word, column);
                }
                let kind = self.key(&word, column)?;
                self.part(Node::Key(word, kind), kind, column)
            }
            Token::Number(_) | Token::Text(_) => self.literal(),
            _ => Err(self.unexpected("a value")),
        }
    }

    fn key(&mut self, key: &str, column: usize) -> Parsed<Kind> {
        let known = self.schema.kind(key);
        let kind = known.ok_or_else(|| error(column, ExprErrorKind::UnknownKey(key.to_owned())))?;
        self.keys.insert(key.to_owned());
        Ok(kind)
    }

    /// A function of a key, behind its opening parenthesis. The key is not a part of its own: it is not evaluated.
    fn call(&mut self, name: &str, column: usize) -> Parsed<Part> {
        if !["answered", "length", "count", "contains"].contains(&name) {
            return Err(error(column, ExprErrorKind::UnknownFunction(name.to_owned())));
        }
        let key_column = self.column();
        let Token::Word(key) = self.peek().clone() else { return Err(self.unexpected("a field's key")) };
        self.at += 1;
        let kind = self.key(&key, key_column)?;
        let wrong = |expected| Err(error(key_column, ExprErrorKind::Type { expected, found: kind }));
        let (node, made) = match (name, kind) {
            ("answered", _) => (Node::Answered(key), Kind::Bool),
            ("length", Kind::Text) => (Node::Length(key), Kind::Number),
            ("length", _) => return wrong("a text"),
            ("count", Kind::List) => (Node::Count(key), Kind::Number),
            ("count", _) => return wrong("a list"),
            (_, Kind::Text | Kind::List) => {
                self.close(",", ", and a text")?;
                let piece_column = self.column();
                let (Token::Text(piece), _) = self.take() else {
                    self.at -= 1;
                    return Err(self.unexpected("a text"));
                };
                if kind == Kind::List {
                    self.option(&key, &piece, piece_column)?;
                }
                (Node::Contains(key, kind, piece), Kind::Bool)
            }
            _ => return wrong("a text or a list"),
        };
        self.close(")", ")")?;
        self.part(node, made, column)
    }
}
