//! One suite for every implementation of [`Store`](super::Store).
