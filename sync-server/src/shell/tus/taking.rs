//! Bytes on their way into a spool file, and what happens when the last one is here.
//!
//! Without a checksum what arrived is kept however the request ends. With one, the bytes wait beside the spool file until they add up: a crash
//! leaves none of them where the offset counts them.

use std::sync::Arc;

use axum::body::BodyDataStream;
use tokio::fs::File;
use tokio::io::AsyncWriteExt;

use super::said::Checksum;
use crate::problem::Problem;
use crate::shell::body::piece;
use crate::shell::spool::Writing;
use crate::shell::{App, now_ms};
use crate::store::Upload;

/// Takes the body of one request in, at the end of what is here. More than is `left` of what was promised is refused; what fitted stays, unless a
/// checksum was given.
pub async fn take(
    app: &App,
    upload: &Upload,
    (writing, left): (&Writing, u64),
    checksum: Option<Checksum>,
    stream: &mut BodyDataStream,
) -> Result<(), Problem> {
    let Some(checksum) = checksum else {
        let mut file = app.spool.append(&upload.id).await.map_err(|e| disk(&e))?;
        let end = receive(&mut file, left, writing, stream, |_| {}).await;
        synced(&mut file).await?;
        return end;
    };
    let mut adding = checksum.begin();
    let mut file = app.spool.beside(&upload.id).await.map_err(|e| disk(&e))?;
    let end = receive(&mut file, left, writing, stream, |bytes| adding.add(bytes)).await;
    let end = match end {
        Ok(()) if checksum.is(adding) => match file.flush().await {
            Ok(()) => app.spool.take_in(&upload.id).await.map_err(|e| disk(&e)),
            Err(e) => Err(disk(&e)),
        },
        Ok(()) => Err(Problem::PieceMismatch),
        Err(problem) => Err(problem),
    };
    app.spool.remove_beside(&upload.id).await;
    end
}

/// A body that must be empty.
pub async fn nothing(stream: &mut BodyDataStream) -> Result<(), Problem> {
    while let Some(bytes) = piece(stream).await? {
        if !bytes.is_empty() {
            return Err(Problem::TooLarge);
        }
    }
    Ok(())
}

/// Writes what comes, until the end, a cut, more than is `left`, or somebody who takes over.
async fn receive(
    file: &mut File,
    mut left: u64,
    writing: &Writing,
    stream: &mut BodyDataStream,
    mut seen: impl FnMut(&[u8]),
) -> Result<(), Problem> {
    loop {
        let next = tokio::select! {
            // What is here already is kept first.
            biased;
            next = piece(stream) => next,
            () = writing.asked_to_stop() => Err(Problem::UploadLocked),
        };
        let Some(bytes) = next? else {
            return Ok(());
        };
        left = left.checked_sub(bytes.len() as u64).ok_or(Problem::TooLarge)?;
        file.write_all(&bytes).await.map_err(|e| disk(&e))?;
        seen(&bytes);
    }
}

async fn synced(file: &mut File) -> Result<(), Problem> {
    let synced = async {
        file.flush().await?;
        file.sync_all().await
    };
    synced.await.map_err(|e| disk(&e))
}

/// Where the upload stands. One whose last byte is here is verified and stored first; bytes that are not the promised ones are thrown away.
pub async fn settle(app: &Arc<App>, upload: &Upload, _writing: &Writing) -> Result<u64, Problem> {
    if upload.stored {
        app.spool.remove(&upload.id).await;
        return Ok(upload.size);
    }
    let length = app.spool.length(&upload.id).await.map_err(|e| disk(&e))?;
    if length < upload.size {
        return Ok(length);
    }
    let _permit = app.finishing.acquire().await.map_err(|_| Problem::NotReady)?;
    let (hub, upload) = (app.hub.clone(), upload.clone());
    let id = upload.id;
    let size = upload.size;
    let path = app.spool.path(&id);
    let finished = app.pool.run(move || match size {
        // Nothing was ever written.
        0 => hub.finish_upload_from(&upload, &mut std::io::empty(), now_ms()),
        _ => {
            let mut file = std::fs::File::open(path).map_err(|e| disk(&e))?;
            hub.finish_upload_from(&upload, &mut file, now_ms())
        }
    });
    match finished.await {
        Ok(()) => {
            app.spool.remove(&id).await;
            Ok(size)
        }
        Err(Problem::ChecksumMismatch) => {
            app.spool.remove(&id).await;
            Err(Problem::ChecksumMismatch)
        }
        // The bytes stay: the next HEAD or PATCH tries again.
        Err(problem) => Err(problem),
    }
}

pub fn disk(error: &std::io::Error) -> Problem {
    match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Problem::StorageFull,
        _ => {
            tracing::error!(reason = %error, "the spool failed");
            Problem::NotReady
        }
    }
}
