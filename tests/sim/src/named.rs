//! Enums whose members have a name for people and a meaning: one list in code from which the documents are checked.

/// Makes such an enum.
macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($member:ident = $text:literal, $meaning:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name {
            $(#[doc = $meaning] $member,)+
        }
        impl $name {
            /// Every member, in order.
            pub const ALL: &'static [$name] = &[$($name::$member),+];
            /// Its name for people, in lower case with hyphens.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $($name::$member => $text,)+ }
            }
            /// What it means, in one sentence.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $($name::$member => $meaning,)+ }
            }
        }
    };
}
pub(crate) use named;
