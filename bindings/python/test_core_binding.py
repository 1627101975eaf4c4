"""The generated Python binding over the real library: calls, typed errors, events, shutdown, cancellation."""

import asyncio
import pathlib
import socket
import tempfile
import unittest

import yuandian_ffi as core

DATA = pathlib.Path(__file__).parents[2] / "tests" / "data"
PHOTO = DATA / "photos" / "tiny.jpg"


def snap(text):
    return core.DraftInput(
        service="case.snap",
        position=core.Position(lng=113.65, lat=34.76, accuracy_m=8),
        text=text,
        answers=[core.Answer(key="severity", value="low")],
    )


class CoreBinding(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.home = str(pathlib.Path(self.folder.name, "手机"))
        self.core = await core.YuandianCore.open(self.home)
        self.addAsyncCleanup(self.core.shutdown)

    def test_calls_without_a_phone_need_none(self):
        self.assertEqual(core.core_version().name, "yuandian-ffi")
        forms = {form.id: form for form in core.services()}
        self.assertEqual(forms["help.errand"].title.zh, "代买代送")
        self.assertTrue(forms["help.errand"].place_is_coarse)

    async def test_a_draft_is_kept_with_its_photo(self):
        draft = await self.core.save_draft(None, snap("井盖缺失"))
        photo = await self.core.add_photo(draft, str(PHOTO))
        self.assertEqual(await self.core.save_draft(draft, snap("井盖已缺失")), draft)
        kept = await self.core.draft(draft)
        self.assertEqual((kept.entered, [p.hash for p in kept.photos]), (snap("井盖已缺失"), [photo]))
        (line,) = await self.core.list(10, 0)
        self.assertEqual((line.id, line.title, line.stage_text, line.photos), (draft, "井盖已缺失", "草稿", 1))

    async def test_errors_are_types_with_fields(self):
        with self.assertRaises(core.CoreError.InvalidInput) as refused:
            await self.core.save_draft(None, core.DraftInput(service="x", position=None, text="", answers=[]))
        self.assertEqual(refused.exception.field, "service")
        draft = await self.core.save_draft(None, snap("x"))
        with self.assertRaises(core.CoreError.PhotoRefused):
            await self.core.add_photo(draft, str(DATA / "hostile-photos" / "html.jpg"))
        with self.assertRaises(core.CoreError.FileUnusable) as refused:
            await self.core.add_photo(draft, "没有.jpg")
        self.assertEqual(refused.exception.path, "没有.jpg")
        with self.assertRaises(core.CoreError.NotEnrolled):
            await self.core.finish(draft)
        with self.assertRaises(core.CoreError.NotFound) as refused:
            await self.core.draft("没有这个")
        self.assertEqual(refused.exception.what, "case")
        for kind in (core.CoreError.NotEnrolled, core.CoreError.NotFound, core.CoreError.Refused):
            self.assertTrue(issubclass(kind, core.CoreError))

    async def test_a_call_for_help_is_kept_also_where_nobody_is_enrolled_yet(self):
        with self.assertRaises(core.CoreError.NotEnrolled):
            await self.core.sos(None, None, "摔倒了")
        (line,) = await self.core.list(10, 0)
        self.assertEqual((line.service_text, line.title, line.stage_text), ("紧急求助", "摔倒了", "草稿"))

    async def test_how_somebody_is_reached_is_held_to_a_day_and_to_the_earth(self):
        home = core.Position(lng=113.65, lat=34.76, accuracy_m=None)
        await self.core.set_reach(home, 22 * 60, 7 * 60)
        for wrong in ((home, 24 * 60, 0), (core.Position(lng=181, lat=0, accuracy_m=None), 0, 0)):
            with self.assertRaises(core.CoreError.InvalidInput):
                await self.core.set_reach(*wrong)
        await self.core.set_quiet(0, 0)
        with self.assertRaises(core.CoreError.InvalidInput):
            await self.core.set_quiet(0, 24 * 60)

    async def test_whom_one_calls_and_what_is_alike_are_read_without_a_server(self):
        contact = await self.core.community_contact()
        self.assertEqual((contact.grid, contact.telephone), ("4101", "12345"))
        here = core.Position(lng=113.65, lat=34.76, accuracy_m=None)
        self.assertEqual(await self.core.similar("case.snap", here, 10), [])
        with self.assertRaises(core.CoreError.InvalidInput):
            await self.core.similar("case.unknown", here, 10)

    async def test_a_list_by_limits_is_of_cases_alone(self):
        draft = await self.core.save_draft(None, snap("井盖缺失"))
        (line,) = await self.core.search(core.ListAsk())
        self.assertEqual((line.id, line.own, line.open, line.due, line.place), (draft, True, False, None, None))
        self.assertEqual(await self.core.search(core.ListAsk(order=core.ListOrder.DUE)), [])
        self.assertEqual(await self.core.search(core.ListAsk(open_only=True)), [])

    async def test_what_is_kept_of_a_person_is_read_and_whom_they_do_not_meet_is_held_to_people(self):
        self.assertEqual(await self.core.hours(), [])
        self.assertEqual(await self.core.consents(), [])
        self.assertEqual(await self.core.apart(), [])
        with self.assertRaises(core.CoreError.NotFound):
            await self.core.keep_apart("nobody", "", True)
        with self.assertRaises(core.CoreError.NotFound):
            await self.core.arrive("nobody", None, None)
        with self.assertRaises(core.CoreError.NotEnrolled):
            await self.core.own_data()
        with self.assertRaises(core.CoreError.NotEnrolled):
            await self.core.news()

    async def test_a_capture_says_where_it_came_from_and_a_bundle_is_checked_without_a_phone(self):
        draft = await self.core.save_draft(None, snap("井盖缺失"))
        facts = core.CaptureFacts(source=core.PhotoSource.CAMERA, lng=113.65, lat=34.76, accuracy_m=8, mock=False)
        photo = await self.core.capture_photo(draft, str(PHOTO), facts)
        self.assertEqual([p.hash for p in (await self.core.draft(draft)).photos], [photo])
        outside = core.CaptureFacts(source=core.PhotoSource.ALBUM, lng=200.0, lat=34.76)
        with self.assertRaises(core.CoreError.InvalidInput) as refused:
            await self.core.capture_photo(draft, str(DATA / "photos" / "tiny.png"), outside)
        self.assertEqual(refused.exception.field, "position")
        report = await core.verify_bundle(str(PHOTO), [])
        self.assertEqual((report.verdict, [f.level for f in report.findings]), ("broken", ["broken"]))
        with self.assertRaises(core.CoreError.InvalidInput):
            await core.verify_bundle(str(PHOTO), ["no key"])
        with self.assertRaises(core.CoreError.NotFound):
            await self.core.photo_evidence("没有这个")

    async def test_what_is_attached_to_a_draft_is_what_it_is_said_to_be(self):
        draft = await self.core.save_draft(None, snap("井盖缺失"))
        voice = pathlib.Path(self.home) / "voice.amr"
        voice.write_bytes(b"#!AMR\n spoken")
        spoken = core.AttachmentInput(kind=core.AttachedKind.VOICE, path=str(voice))
        file = await self.core.add_file(draft, spoken)
        self.assertEqual(await self.core.save_draft(draft, snap("井盖已缺失")), draft)
        (kept,) = (await self.core.draft(draft)).files
        self.assertEqual((kept.hash, kept.mime), (file, "audio/amr"))
        for kind, path in [(core.AttachedKind.SIGNATURE, str(PHOTO)), (core.AttachedKind.VIDEO, str(voice))]:
            with self.assertRaises(core.CoreError.InvalidInput):
                await self.core.add_file(draft, core.AttachmentInput(kind=kind, path=path))
        await self.core.remove_file(draft, file)
        self.assertEqual((await self.core.draft(draft)).files, [])
        with self.assertRaises(core.CoreError.NotFound):
            await self.core.attached_file("没有这个", file)

    async def test_events_are_pulled_and_acknowledged(self):
        events = self.core.events()
        draft = await self.core.save_draft(None, snap("一"))
        first = await events.next()
        self.assertEqual(first.kind, core.EventKind.CASE_CHANGED(case_id=draft))
        self.assertEqual(await events.next(), first)
        events.acknowledge(first.number)
        waiting = asyncio.create_task(events.next())
        await self.core.discard_draft(draft)
        second = await waiting
        self.assertGreater(second.number, first.number)
        events.acknowledge(second.number)
        waiting = asyncio.create_task(events.next())
        await asyncio.sleep(0)
        events.stop()
        self.assertIsNone(await waiting)

    async def test_a_cancelled_wait_loses_no_event(self):
        events = self.core.events()
        waiting = asyncio.create_task(events.next())
        await asyncio.sleep(0)
        waiting.cancel()
        with self.assertRaises(asyncio.CancelledError):
            await waiting
        draft = await self.core.save_draft(None, snap("一"))
        self.assertEqual((await events.next()).kind, core.EventKind.CASE_CHANGED(case_id=draft))

    async def test_a_cancelled_call_over_the_network_leaves_the_phone_free(self):
        with socket.create_server(("127.0.0.1", 0)) as mute:
            # Listens, and never answers.
            address = f"http://127.0.0.1:{mute.getsockname()[1]}"
            enrolling = asyncio.create_task(self.core.enroll(address, "7K3M-9QRT-2XWB", "甲"))
            connection, _ = await asyncio.get_running_loop().run_in_executor(None, mute.accept)
            with connection:
                self.assertEqual(await self.core.list(10, 0), [])
                enrolling.cancel()
                with self.assertRaises(asyncio.CancelledError):
                    await enrolling
        await self.core.shutdown()
        again = await core.YuandianCore.open(self.home)
        await again.shutdown()

    async def test_shutdown_gives_the_home_back(self):
        draft = await self.core.save_draft(None, snap("一"))
        events = self.core.events()
        waiting = asyncio.create_task(events.next())
        await self.core.shutdown()
        self.assertIsNone(await waiting)
        with self.assertRaises(core.CoreError.ShutDown):
            await self.core.list(10, 0)
        again = await core.YuandianCore.open(self.home)
        self.addAsyncCleanup(again.shutdown)
        self.assertEqual((await again.draft(draft)).entered, snap("一"))

    async def test_a_home_is_one_core_s(self):
        with self.assertRaises(core.CoreError.InUse):
            await core.YuandianCore.open(self.home)
