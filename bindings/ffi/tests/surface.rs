//! The rules of the surface that foreign languages see, held over the crate's own source. Each was paid for by somebody:
//! ten arguments crash one platform, a record of a taken name shadows a module, a panic in a call that cannot fail ends the process.
#![allow(clippy::disallowed_methods, reason = "it reads the crate's own source")]

use std::fmt::Write as _;
use std::path::Path;

use syn::punctuated::Punctuated;
use syn::spanned::Spanned as _;
use syn::visit::Visit;
use syn::{Attribute, FnArg, Ident, ItemEnum, ItemFn, ItemImpl, ItemStruct, ReturnType, Token, Type};

/// Parameters of one call.
const PARAMETERS_MAX: usize = 6;
/// Names of types that a language or its library has taken.
const TAKEN_TYPES: &[&str] = &[
    "Observation",
    "Error",
    "Task",
    "Result",
    "Data",
    "Object",
    "Any",
    "Type",
    "Unit",
    "Throwable",
    "Exception",
];
/// Names of methods that generated classes have already.
const TAKEN_METHODS: &[&str] = &["close", "destroy", "finalize", "clone", "wait", "notify", "toString"];
/// Names of parameters and fields that break a generated header or read badly in a generated class: keywords of C and Swift.
const KEYWORDS: &[&str] = &[
    "auto", "break", "case", "char", "const", "continue", "default", "double", "enum", "extern", "float",
    "func", "goto", "inline", "int", "internal", "is", "let", "long", "private", "protocol", "public",
    "register", "repeat", "restrict", "short", "signed", "sizeof", "switch", "throws", "typedef", "union",
    "unsigned", "var", "void", "volatile",
];
/// Names of fields that generated exceptions have already.
const TAKEN_ERROR_FIELDS: &[&str] = &["message", "cause", "description", "localizedDescription"];

/// Everything in `source` that breaks a rule, as `name: rule`.
fn findings(source: &str) -> Vec<String> {
    let file = syn::parse_file(source).expect("the crate's own source is Rust");
    let mut surface = Surface { found: vec![] };
    surface.visit_file(&file);
    surface.found
}

struct Surface {
    found: Vec<String>,
}

impl Surface {
    fn is_taken(&mut self, name: &Ident, taken: &[&str], what: &str) {
        if taken.iter().any(|known| name == known) {
            self.found.push(format!("{name}: this name of a {what} is taken"));
        }
    }

    fn call(&mut self, signature: &syn::Signature, attributes: &[Attribute]) {
        let name = &signature.ident;
        let inputs: &Punctuated<FnArg, Token![,]> = &signature.inputs;
        let parameters = inputs.iter().filter(|input| matches!(input, FnArg::Typed(_))).count();
        if parameters > PARAMETERS_MAX {
            self.found.push(format!("{name}: {parameters} parameters, at most {PARAMETERS_MAX} are allowed"));
        }
        for input in inputs {
            if let FnArg::Typed(parameter) = input
                && let syn::Pat::Ident(parameter) = &*parameter.pat
            {
                self.is_taken(&parameter.ident, KEYWORDS, "parameter");
            }
        }
        self.is_taken(name, KEYWORDS, "call");
        if signature.asyncness.is_some() && name == "new" {
            self.found.push(format!("{name}: no primary constructor may be async"));
        }
        let answer = match &signature.output {
            ReturnType::Default => String::new(),
            ReturnType::Type(_, kind) => text_of(kind),
        };
        let opens = has(attributes, &["uniffi", "constructor"]);
        if opens && !answer.starts_with("Result") {
            self.found.push(format!("{name}: a constructor can fail and must say so"));
        }
    }
}

impl<'ast> Visit<'ast> for Surface {
    fn visit_item_fn(&mut self, function: &'ast ItemFn) {
        if has(&function.attrs, &["uniffi", "export"]) {
            self.is_taken(&function.sig.ident, TAKEN_METHODS, "call");
            self.call(&function.sig, &function.attrs);
        }
    }

    fn visit_item_impl(&mut self, methods: &'ast ItemImpl) {
        if !has(&methods.attrs, &["uniffi", "export"]) {
            return;
        }
        for item in &methods.items {
            if let syn::ImplItem::Fn(method) = item {
                self.is_taken(&method.sig.ident, TAKEN_METHODS, "method");
                self.call(&method.sig, &method.attrs);
            }
        }
    }

    fn visit_item_trait(&mut self, foreign: &'ast syn::ItemTrait) {
        if !has(&foreign.attrs, &["uniffi", "export"]) {
            return;
        }
        let is_async =
            |item: &syn::TraitItem| matches!(item, syn::TraitItem::Fn(f) if f.sig.asyncness.is_some());
        if foreign.items.iter().any(is_async) {
            self.found.push(format!("{}: no foreign trait may be async", foreign.ident));
        }
    }

    fn visit_item_struct(&mut self, record: &'ast ItemStruct) {
        if derives(&record.attrs) {
            self.is_taken(&record.ident, TAKEN_TYPES, "type");
            for name in record.fields.iter().filter_map(|field| field.ident.as_ref()) {
                self.is_taken(name, KEYWORDS, "field");
            }
        }
    }

    fn visit_item_enum(&mut self, sum: &'ast ItemEnum) {
        if !derives(&sum.attrs) {
            return;
        }
        self.is_taken(&sum.ident, TAKEN_TYPES, "type");
        let is_error = sum
            .attrs
            .iter()
            .any(|a| a.path().is_ident("derive") && text_of_list(a).contains("uniffi::Error"));
        for field in sum.variants.iter().filter(|_| is_error).flat_map(|variant| &variant.fields) {
            if let Some(name) = &field.ident {
                self.is_taken(name, TAKEN_ERROR_FIELDS, "field of an error");
            }
        }
    }
}

fn has(attributes: &[Attribute], path: &[&str]) -> bool {
    attributes.iter().any(|attribute| {
        let segments: Vec<String> = attribute.path().segments.iter().map(|s| s.ident.to_string()).collect();
        segments == path
    })
}

fn derives(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|a| a.path().is_ident("derive") && text_of_list(a).contains("uniffi::"))
}

/// The tokens of an attribute's list without blanks.
fn text_of_list(attribute: &Attribute) -> String {
    attribute
        .meta
        .require_list()
        .map_or_else(|_| String::new(), |list| list.tokens.to_string().replace(' ', ""))
}

/// The first name of a type: enough to see whether it is a `Result`.
fn text_of(kind: &Type) -> String {
    match kind {
        Type::Path(path) => path.path.segments.last().map(|s| s.ident.to_string()).unwrap_or_default(),
        other => format!("{:?}", other.span()),
    }
}

#[test]
fn the_surface_keeps_the_rules_of_every_language() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src"));
    let mut report = String::new();
    let mut exported = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let source = std::fs::read_to_string(&path).unwrap();
        exported += source.matches("#[uniffi::export]").count();
        for finding in findings(&source) {
            writeln!(report, "{}: {finding}", path.file_name().unwrap().display()).unwrap();
        }
    }
    assert!(exported >= 5, "the crate's source was read: {exported} exported blocks");
    assert_eq!(report, "");
}

#[test]
fn every_rule_finds_what_breaks_it() {
    let table: &[(&str, &[&str])] = &[
        (
            "#[uniffi::export] impl C { fn f(&self, a: u8, b: u8, c: u8, d: u8, e: u8, f: u8, g: u8) {} }",
            &["f: 7 parameters, at most 6 are allowed"],
        ),
        ("#[uniffi::export] impl C { fn f(&self, a: u8, b: u8, c: u8, d: u8, e: u8, f: u8) {} }", &[]),
        ("#[uniffi::export] impl C { fn f(&self, a: u8, b: u8, c: u8, d: u8, e: u8) {} }", &[]),
        ("#[uniffi::export] fn close() {}", &["close: this name of a call is taken"]),
        ("#[uniffi::export] impl C { fn close(&self) {} }", &["close: this name of a method is taken"]),
        ("impl C { fn close(&self) {} }", &[]),
        (
            "#[uniffi::export] impl C { fn f(&self, case: u8) {} }",
            &["case: this name of a parameter is taken"],
        ),
        (
            "#[uniffi::export] impl C { fn case(&self, case_id: u8) {} }",
            &["case: this name of a call is taken"],
        ),
        ("#[derive(uniffi::Record)] struct R { private: u8 }", &["private: this name of a field is taken"]),
        (
            "#[derive(uniffi::Record)] struct Observation { a: u8 }",
            &["Observation: this name of a type is taken"],
        ),
        ("#[derive(Clone, uniffi::Object)] struct Task;", &["Task: this name of a type is taken"]),
        ("#[derive(Clone)] struct Task;", &[]),
        ("#[derive(uniffi::Enum)] enum Result { A }", &["Result: this name of a type is taken"]),
        (
            "#[derive(uniffi::Error)] enum CoreError { A { message: String } }",
            &["message: this name of a field of an error is taken"],
        ),
        ("#[derive(uniffi::Enum)] enum Note { A { message: String } }", &[]),
        (
            "#[uniffi::export] impl C { #[uniffi::constructor] async fn new() -> Result<Self, E> { x() } }",
            &["new: no primary constructor may be async"],
        ),
        (
            "#[uniffi::export] impl C { #[uniffi::constructor] fn open() -> Arc<Self> { x() } }",
            &["open: a constructor can fail and must say so"],
        ),
        ("#[uniffi::export(foreign)] trait T { async fn f(&self); }", &["T: no foreign trait may be async"]),
    ];
    for (source, expected) in table {
        assert_eq!(findings(source), *expected, "{source}");
    }
}
