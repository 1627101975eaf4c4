"""The other side of `bench photo`: libvips through pyvips, and Pillow for what both sides are compared with.

    photo_peer.py libvips WARM FILE [OUT]   two sizes and the hash of FILE in this process; prints what it took
    photo_peer.py reference FILE OUT        the same two sizes by a full decode and Pillow's Lanczos, as PNG
    photo_peer.py enlarge FILE MEGAPIXELS OUT

WARM is a small photograph that goes the same way first: what a library does once in its life is in nobody's figure.
"""

import hashlib
import io
import json
import math
import os
import sys
import time

MEDIUM_SIDE_PX = 1600
THUMB_SIDE_PX = 320
QUALITY = 80


def peak_kib():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))


def libvips(warm, path, out=None):
    # One worker: with more of them libvips takes more CPU time and more memory for the same pictures.
    os.environ["VIPS_CONCURRENCY"] = "1"
    import pyvips

    pyvips.cache_set_max(0)

    def work(path):
        with open(path, "rb") as file:
            original = file.read()
        digest = hashlib.sha256(original).hexdigest()
        medium = pyvips.Image.thumbnail_buffer(original, MEDIUM_SIDE_PX, height=MEDIUM_SIDE_PX, size="down")
        medium = medium.copy_memory()
        thumb = medium.thumbnail_image(THUMB_SIDE_PX, height=THUMB_SIDE_PX, size="down")
        return digest, *(picture.jpegsave_buffer(Q=QUALITY, keep="none") for picture in (medium, thumb))

    work(warm)
    with open("/proc/self/clear_refs", "w") as peak:
        peak.write("5")
    level, start = peak_kib(), time.process_time()
    digest, medium, thumb = work(path)
    took, peak = time.process_time() - start, peak_kib()
    if out:
        for name, content in (("medium", medium), ("thumb", thumb)):
            with open(os.path.join(out, f"libvips-{name}.jpg"), "wb") as file:
                file.write(content)
    version = ".".join(str(pyvips.version(part)) for part in range(3))
    print(json.dumps({
        "cpu_ms": took * 1e3, "start_ms": start * 1e3, "peak_kib": peak - level, "level_kib": level,
        "sha256": digest, "bytes": len(medium) + len(thumb), "version": f"libvips {version}",
    }))


def reference(path, out):
    from PIL import Image, ImageOps

    full = ImageOps.exif_transpose(Image.open(path)).convert("RGB")
    for name, side in (("medium", MEDIUM_SIDE_PX), ("thumb", THUMB_SIDE_PX)):
        scale = min(1, side / max(full.size))
        size = tuple(max(1, math.floor(px * scale + 0.5)) for px in full.size)
        full.resize(size, Image.LANCZOS).save(os.path.join(out, f"reference-{name}.png"), compress_level=1)


def enlarge(path, megapixels, out):
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None
    picture = Image.open(path)
    exif, profile = picture.info.get("exif"), picture.info.get("icc_profile")
    scale = math.sqrt(float(megapixels) * 1e6 / (picture.width * picture.height))
    size = tuple(round(px * scale / 16) * 16 for px in picture.size)
    larger = picture.resize(size, Image.LANCZOS)
    buffer = io.BytesIO()
    larger.save(buffer, "JPEG", quality=93, subsampling="4:2:0", exif=exif, icc_profile=profile)
    with open(out, "wb") as file:
        file.write(buffer.getvalue())


if __name__ == "__main__":
    {"libvips": libvips, "reference": reference, "enlarge": enlarge}[sys.argv[1]](*sys.argv[2:])
