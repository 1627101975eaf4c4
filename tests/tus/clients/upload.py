"""tuspy against a server: URL TOKEN FILE SHA256 STOP_AT [UPLOAD_URL]. Says {"url", "sent"} on its last line."""

import json
import sys

from tusclient.client import TusClient

url, token, file, sha256, stop_at, *upload_url = sys.argv[1:]
upload_url = upload_url[0] if upload_url and upload_url[0] else None
client = TusClient(url, headers={"Authorization": f"Bearer {token}"})
uploader = client.uploader(
    file,
    # At first pieces that this link cannot carry: each is cut, and gone on with from where the server is. Then smaller ones, each with its
    # checksum, which count whole or not at all.
    chunk_size=500_000 if upload_url else 900_000,
    upload_checksum=upload_url is not None,
    # No pause between tries: the link is bad on purpose, and it is not time that heals it.
    retries=40,
    retry_delay=0.01,
    metadata={"filename": "photo.jpg", "sha256": sha256},
    url=upload_url,
)
uploader.upload(stop_at=int(stop_at))
print(json.dumps({"url": uploader.url, "sent": uploader.offset}))
