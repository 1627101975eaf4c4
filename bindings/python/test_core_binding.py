"""The generated Python binding over the real library: a call, an awaited call, a typed error."""

import asyncio
import pathlib
import tempfile
import unittest

import yuandian_ffi as core


class CoreBinding(unittest.TestCase):
    def test_a_synchronous_call_reaches_the_real_library(self):
        self.assertEqual(core.core_version().name, "yuandian-ffi")

    def test_an_awaited_call_returns_a_record(self):
        with tempfile.TemporaryDirectory() as folder:
            photo = pathlib.Path(folder, "现场.jpg")
            photo.write_bytes(bytes(1_234))
            found = asyncio.run(core.file_facts(str(photo)))
        self.assertEqual(found, core.FileFacts(path=str(photo), length_bytes=1_234))

    def test_an_error_keeps_its_variant_and_its_fields(self):
        with self.assertRaises(core.CoreError.NoFile) as refused:
            asyncio.run(core.file_facts("/没有/这个/文件.jpg"))
        self.assertEqual(refused.exception.path, "/没有/这个/文件.jpg")
