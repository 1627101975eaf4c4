//! Why a change was not admitted: one closed code for the receipt, one stable detail for the engineer.

use automerge::{ActorId, ChangeHash};

/// The closed codes that a receipt may carry for content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RefusalCode {
    /// The bytes are not a well-formed change, or the CRDT library cannot carry them safely. Final.
    Structure,
    /// The change is over a named limit. Final for these bytes; a smaller edit may pass.
    Limit,
    /// The change is written by another actor than its envelope binds. Final.
    Actor,
    /// The change does not continue its actor's own history: a copied database. The device draws a new incarnation.
    Chain,
    /// The change writes what a case does not allow. Final.
    Schema,
    /// Not a refusal: what the change depends on has not arrived. Hold it.
    HeldMissing,
    /// Not a refusal: the change is already in the document.
    Duplicate,
}

impl RefusalCode {
    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Structure => "r_structure",
            Self::Limit => "r_limit",
            Self::Actor => "r_actor",
            Self::Chain => "r_chain",
            Self::Schema => "r_schema",
            Self::HeldMissing => "held_missing",
            Self::Duplicate => "dup",
        }
    }
}

impl std::fmt::Display for RefusalCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why [`admit`](super::admit) did not admit a change. The base document is untouched in every case.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not a well-formed change.
    #[error("not a well-formed change: {0}")]
    Structure(#[from] Structure),
    /// Over a limit of [`limits`](super::limits).
    #[error("over a limit: {0}")]
    Limit(#[from] Limit),
    /// Written by another actor than the envelope binds.
    #[error("written by {found}, but the envelope binds {bound}")]
    Actor {
        /// The actor that the envelope binds.
        bound: ActorId,
        /// The actor named by the change.
        found: ActorId,
    },
    /// Does not continue its actor's own history.
    #[error("not the next change of its actor: {0}")]
    Chain(#[from] Chain),
    /// Writes what a case does not allow.
    #[error("not allowed in a case: {0}")]
    Schema(#[from] Schema),
    /// Depends on changes that the base does not have: hold the change until these have arrived.
    #[error("{} dependencies have not arrived", .0.len())]
    MissingDeps(Vec<ChangeHash>),
    /// The base has this very change already.
    #[error("the document has change {0} already")]
    Duplicate(ChangeHash),
}

impl Refusal {
    /// The closed code for the receipt.
    pub const fn code(&self) -> RefusalCode {
        match self {
            Self::Structure(_) => RefusalCode::Structure,
            Self::Limit(_) => RefusalCode::Limit,
            Self::Actor { .. } => RefusalCode::Actor,
            Self::Chain(_) => RefusalCode::Chain,
            Self::Schema(_) => RefusalCode::Schema,
            Self::MissingDeps(_) => RefusalCode::HeldMissing,
            Self::Duplicate(_) => RefusalCode::Duplicate,
        }
    }

    /// The stable detail word: what to count in metrics and to quote in a report.
    pub const fn detail(&self) -> &'static str {
        match self {
            Self::Structure(why) => why.detail(),
            Self::Limit(why) => why.detail(),
            Self::Actor { .. } => "actor",
            Self::Chain(why) => why.detail(),
            Self::Schema(why) => why.detail(),
            Self::MissingDeps(_) => "missing_deps",
            Self::Duplicate(_) => "duplicate",
        }
    }
}

/// One enum of reasons: each reason has its detail word and its sentence beside it.
macro_rules! reasons {
    ($(#[$meta:meta])* $name:ident { $($variant:ident = $detail:literal, $sentence:literal;)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
        pub enum $name {
            $(
                #[doc = $sentence]
                #[error($sentence)]
                $variant,
            )+
        }

        impl $name {
            /// Every reason, for tests and tables.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The stable detail word.
            pub const fn detail(self) -> &'static str {
                match self {
                    $(Self::$variant => $detail,)+
                }
            }
        }
    };
}

reasons! {
    /// Why bytes are not a well-formed change.
    Structure {
        Magic = "magic", "the chunk does not begin with Automerge's four bytes";
        Cut = "cut", "the bytes end before what they declare";
        Number = "number", "a LEB128 number is overlong or does not fit";
        ChunkType = "chunk_type", "the chunk is not a change";
        Trailing = "trailing", "bytes follow the end of the change";
        Deflate = "deflate", "the packed bytes do not inflate";
        Checksum = "checksum", "the checksum does not belong to the bytes";
        Dependencies = "dependencies", "the dependencies are not sorted or repeat";
        ActorLength = "actor_length", "an actor id has a length of none or too many bytes";
        Actors = "actors", "the other actors are not sorted, repeat or name the author";
        Utf8 = "utf8", "a string is not UTF-8";
        ColumnSpec = "column_spec", "a column is unknown, repeated, out of order or packed";
        Column = "column", "a column holds a run or a value that its type does not allow";
        Rows = "rows", "the columns disagree about the number of operations";
        ActorIndex = "actor_index", "an operation names an actor that the change does not list";
        Action = "action", "an operation has an action that does not exist";
        ValueType = "value_type", "a value has a type that does not exist";
        Sequence = "sequence", "the sequence number is none or out of range";
        StartOp = "start_op", "the first operation does not follow its dependencies' last";
        Reference = "reference", "an operation refers to one that its dependencies do not hold";
        Object = "object", "an operation writes into an object that does not exist";
        Shape = "shape", "an operation has a key or an action that its object cannot have";
        Parse = "parse", "the CRDT library cannot read the change";
        NotCanonical = "not_canonical", "the change is not in its one canonical encoding";
        Apply = "apply", "the CRDT library cannot apply the change";
        Panic = "panic", "the change makes the CRDT library panic";
        Reload = "reload", "the document could not be loaded again after the change";
        Diverged = "diverged", "the document loaded again differs from the one that was saved";
    }
}

reasons! {
    /// Which limit a change is over.
    Limit {
        ChunkBytes = "chunk_bytes", "the change is too long";
        InflateCap = "inflate_cap", "the change inflates to too many bytes";
        InflateRatio = "inflate_ratio", "the change inflates by too large a ratio";
        Dependencies = "deps", "the change has too many dependencies";
        Heads = "heads", "the case has too many heads: what stands beside each other must be read before more is written";
        AnswerValues = "answer_values", "an answer has too many values that nobody has settled";
        OtherActors = "other_actors", "the change names too many actors";
        Time = "time", "the author's clock is further off than any calendar";
        Message = "message", "the commit message is too long";
        OpBomb = "op_bomb", "the run lengths of a column add up to too many operations";
        KeyBomb = "key_bomb", "the run lengths of a string column add up to too many bytes";
        OperationCounter = "op_counter", "the operation counter of the document is used up";
        ChangesPerCase = "changes_per_case", "the case has too many changes";
        OperationsPerCase = "operations_per_case", "the case has too many operations";
        SavedBytes = "saved_bytes", "the case has grown too large";
        Description = "description", "the description is too long";
        FieldKey = "field_key", "the key of an answer is too long";
        Field = "field", "an answer is too long";
        Entry = "entry", "a note or photo entry is too long";
    }
}

reasons! {
    /// Why a change is not the next one of its actor.
    Chain {
        SeqReused = "seq_reused", "another change of this actor already has this sequence number";
        SeqGap = "seq_gap", "sequence numbers of this actor are left out";
        Forked = "forked", "the change does not build on its actor's own last change";
    }
}

reasons! {
    /// What a case does not allow.
    Schema {
        NotACase = "not_a_case", "the document does not have the containers of a case";
        Empty = "empty", "the change has no operations";
        ExtraBytes = "extra_bytes", "the change carries bytes that are no operations";
        Place = "place", "an operation writes outside the four containers";
        NewObject = "new_object", "an operation creates an object";
        Kind = "kind", "an operation is of a kind that its place does not allow";
        Character = "character", "a text operation does not insert exactly one character";
        Key = "key", "a key has a form that its place does not allow";
        Type = "type", "a value has a type that its place does not allow";
        Overwrite = "overwrite", "an operation overwrites or deletes what may only be added to";
        Predecessor = "predecessor", "an answer does not replace exactly the answers that its author saw";
        Json = "json", "an entry is not a JSON object";
        SideEffect = "side_effect", "the change alters something that none of its operations names";
    }
}
