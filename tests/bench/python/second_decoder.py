"""A second decoder (libjpeg-turbo, through Pillow) reads every picture that the photo room writes.

    second_decoder.py YUANDIAN_BENCH PHOTOS

Of every file of PHOTOS and of pictures made here (odd sizes, grey, 4:4:4, 4:2:2, progressive, restart markers, RGB without YCbCr, PNG of every
kind, WebP, all orientations) it asks: is each rendition one plain JPEG with nothing before, beside or behind it; does it show what Pillow's own
way from the original to that size shows; and of a stripped copy, are the pixels the same and the words gone. Mean absolute error below 3
(below 6 for pictures under 32 pixels) between what the rendition shows and the same size made by Pillow and written at the same quality.
"""

import io
import json
import os
import subprocess
import sys
import tempfile

from PIL import Image, ImageChops, ImageOps, ImageStat

ERROR_MAX = 3.0
# A picture smaller than two units of 4:2:0 is all edge: what each encoder makes of the colour behind the edge is most of the difference.
TINY_SIDE_PX, TINY_ERROR_MAX = 32, 6.0
SIDES_PX = {"medium": 1600, "thumb": 320}
MICRO_BYTES_MAX = 2048
PLAIN = {0xE0, 0xE2, 0xDB, 0xC0, 0xC4, 0xDA}


def segments(jpeg):
    """Markers up to the first scan, with their content."""
    assert jpeg[:2] == b"\xff\xd8", "no SOI"
    at = 2
    while True:
        assert jpeg[at] == 0xFF, f"no marker at {at}"
        marker, length = jpeg[at + 1], int.from_bytes(jpeg[at + 2:at + 4], "big")
        yield marker, jpeg[at + 4:at + 2 + length], at + 2 + length
        if marker == 0xDA:
            return
        at += 2 + length


def end_of_scan(jpeg, at):
    while True:
        at = jpeg.index(b"\xff", at)
        if jpeg[at + 1] in (0, *range(0xD0, 0xD8)):
            at += 2
        elif jpeg[at + 1] == 0xFF:
            at += 1
        else:
            return at


def bare(jpeg):
    """One baseline scan, no words, nothing behind the end."""
    for marker, content, end in segments(jpeg):
        assert marker in PLAIN, f"marker {marker:02x}"
        assert marker != 0xE2 or content.startswith(b"ICC_PROFILE\0"), "an APP2 that is no profile"
        data = end
    assert jpeg[end_of_scan(jpeg, data):] == b"\xff\xd9", "something stands behind the scan"


def mean_error(one, other):
    assert one.size == other.size, f"{one.size} and {other.size}"
    assert one.mode == other.mode == "RGB"
    return sum(ImageStat.Stat(ImageChops.difference(one, other)).mean) / 3


def read(path):
    picture = Image.open(path)
    picture.load()
    return picture.convert("RGB")


def on_white(picture):
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        picture = picture.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture).convert("RGB")
    if picture.mode.startswith("I;16"):
        return picture.point(lambda value: value / 257).convert("L").convert("RGB")
    return picture.convert("RGB")


def expected(original, size):
    """Pillow's own way to this size, written as the room writes, so that what JPEG loses is on both sides."""
    picture = on_white(ImageOps.exif_transpose(Image.open(original)))
    picture = picture.resize(size, Image.LANCZOS)
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=80, subsampling="4:2:0")
    return read(written)


def made_here(folder, photos):
    """Pictures in every clothing that cameras, chats and screenshots know."""
    street = ImageOps.exif_transpose(Image.open(os.path.join(photos, "seeding12_o6.jpg"))).convert("RGB")
    street = street.resize((1201, 1603), Image.LANCZOS)
    alpha = street.copy()
    alpha.putalpha(Image.linear_gradient("L").resize(alpha.size))
    small = street.resize((333, 251), Image.LANCZOS)

    def save(name, picture, **how):
        picture.save(os.path.join(folder, name), **how)

    save("plain.jpg", street, quality=92)
    save("full-chroma.jpg", street, quality=92, subsampling="4:4:4")
    save("half-chroma.jpg", street, quality=92, subsampling="4:2:2")
    save("progressive.jpg", street, quality=92, progressive=True)
    save("restarts.jpg", street, quality=92, restart_marker_rows=1)
    save("rgb.jpg", street, quality=95, keep_rgb=True)
    save("grey.jpg", street.convert("L"), quality=92)
    save("alpha.png", alpha)
    save("palette.png", small.quantize(64))
    save("grey.png", small.convert("L"))
    save("grey-alpha.png", small.resize((64, 48)).convert("LA"))
    # Not dithered: noise of black and white overshoots in every filter, and is cut off in another order by each.
    save("bits.png", small.convert("1", dither=Image.Dither.NONE))
    save("grey-16.png", small.convert("L").convert("I;16").point(lambda value: value * 257))
    save("lossy.webp", small, quality=90)
    save("lossless.webp", small, lossless=True)
    save("alpha.webp", alpha.resize((400, 533)), lossless=True)
    for width, height in ((1, 1), (2, 3), (7, 5), (15, 17), (319, 321), (1599, 1601), (1601, 3), (3201, 2399)):
        save(f"size-{width}x{height}.jpg", street.resize((width, height), Image.LANCZOS), quality=95)
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        save(f"orientation-{orientation}.jpg", small, quality=95, exif=exif)


def check(original, written, folder):
    """Every rendition of one file; the worst error."""
    name = os.path.basename(original)
    kinds = {entry[len(name) + 1:-len(".jpg")]: os.path.join(folder, entry) for entry in written}
    assert {"medium", "thumb", "micro"} <= set(kinds), f"only {sorted(kinds)}"
    worst = 0.0
    for kind, path in kinds.items():
        with open(path, "rb") as file:
            jpeg = file.read()
        if kind == "stripped":
            stripped(original, jpeg)
            continue
        bare(jpeg)
        shown = read(path)
        if kind == "micro":
            assert len(jpeg) <= MICRO_BYTES_MAX, f"a micro of {len(jpeg)} bytes"
            continue
        assert max(shown.size) <= SIDES_PX[kind], f"{kind} of {shown.size}"
        error = mean_error(shown, expected(original, shown.size))
        assert error < (ERROR_MAX if max(shown.size) >= TINY_SIDE_PX else TINY_ERROR_MAX), f"{kind}: mean absolute error {error:.2f}"
        worst = max(worst, error)
    return worst


def stripped(original, jpeg):
    """The pixels as they are stored, and none of the words."""
    one, other = Image.open(original), Image.open(io.BytesIO(jpeg))
    assert one.mode == other.mode and one.tobytes() == other.tobytes(), "stripping changed pixels"
    assert not other.getexif(), "EXIF left in a stripped copy"
    for word in (b"Exif\0", b"http://ns.adobe.com", b"MPF\0", b"<x:xmpmeta"):
        assert word not in jpeg, f"{word} left in a stripped copy"
    assert jpeg.endswith(b"\xff\xd9"), "something stands behind the end of a stripped copy"


def main(bench, photos):
    Image.MAX_IMAGE_PIXELS = None
    with tempfile.TemporaryDirectory() as folder:
        here, out = os.path.join(folder, "in"), os.path.join(folder, "out")
        os.mkdir(here)
        made_here(here, photos)
        files = [os.path.join(where, name) for where in (photos, here) for name in sorted(os.listdir(where))]
        names = [os.path.basename(file) for file in files]
        assert len(names) == len(set(names)), "two files of one name"
        said = subprocess.run([bench, "render", "--out", out, *files], check=True, stdout=subprocess.PIPE, text=True)
        lines = {line["file"]: line for line in map(json.loads, said.stdout.splitlines())}
        wrong, worst, read_by_both = [], 0.0, 0
        for file, name in zip(files, names):
            line = lines[name]
            if name.endswith(".heic"):
                if line["code"] is not None or line["written"]:
                    wrong.append(f"{name}: {line}")
                continue
            try:
                assert line["code"] is None, f"refused: {line['code']}"
                error = check(file, line["written"], out)
                worst, read_by_both = max(worst, error), read_by_both + 1
            except (AssertionError, OSError, ValueError) as error:
                wrong.append(f"{name}: {error}")
        for line in wrong:
            print(f"WRONG {line}")
        print(f"{read_by_both} files read by both decoders, worst mean absolute error {worst:.2f}")
        return 1 if wrong or read_by_both < 30 else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
