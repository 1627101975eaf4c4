package org.yuandian.app.model.store

import kotlinx.coroutines.test.TestScope
import kotlinx.coroutines.test.advanceTimeBy
import kotlinx.coroutines.test.runCurrent
import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.yuandian.app.model.ActId
import org.yuandian.app.model.CaseId
import org.yuandian.app.model.Language
import org.yuandian.app.model.Named
import org.yuandian.app.model.Role
import org.yuandian.app.model.fake.FakePhone
import org.yuandian.app.model.fake.FakePlatform
import org.yuandian.app.model.gateway.ActInput
import org.yuandian.app.model.navigation.BackStack
import org.yuandian.app.model.navigation.Route
import org.yuandian.app.model.orNull
import org.yuandian.app.model.store.Bench.Companion.opens
import org.yuandian.app.model.store.Bench.Companion.snap
import org.yuandian.app.screens.AttentionAction
import org.yuandian.app.screens.AttentionStep
import org.yuandian.app.screens.CaseDetailAction
import org.yuandian.app.screens.CasesAction
import org.yuandian.app.screens.CasesTab
import org.yuandian.app.screens.ConflictAction
import org.yuandian.app.screens.ConflictChoice
import org.yuandian.app.screens.FrameAction
import org.yuandian.app.screens.Notice
import org.yuandian.app.screens.StepWeight
import org.yuandian.app.screens.SyncAction
import org.yuandian.app.screens.SyncRun
import org.yuandian.app.screens.Tab
import org.yuandian.app.screens.WorkState

class CaseStoresTest {
    private fun TestScope.settle() = advanceTimeBy(10_000)

    private suspend fun worker(
        bench: Bench,
        text: String = "堆放垃圾",
    ): Pair<Session, CaseId> {
        val session = bench.session(Role.GRID_WORKER)
        return session to session.phone.opens(snap(text))
    }

    @Test
    fun cases_lie_under_their_tabs_and_are_found_without_a_network() =
        runTest {
            val bench = Bench(this)
            val (session, _) = worker(bench, "路灯不亮")
            val ended = session.phone.opens(snap("井盖缺失"))
            bench.city.move(ended, "closed")
            session.phone.drafts.save(null, snap("草稿一件").copy(noPhoto = null))
            session.phone.sync.run()
            bench.offline()
            val waiting =
                checkNotNull(
                    session.phone.drafts
                        .finish(
                            checkNotNull(
                                session.phone.drafts
                                    .save(null, snap("积水"))
                                    .orNull(),
                            ),
                        ).orNull(),
                )
            val store = CasesStore(session)
            settle()
            assertEquals(
                mapOf(CasesTab.DRAFTS to 1, CasesTab.WAITING to 1, CasesTab.OPEN to 2, CasesTab.DONE to 1),
                store.state.value.counts,
            )
            store.act(CasesAction.ChooseTab(CasesTab.WAITING))
            settle()
            assertEquals(
                listOf(waiting.id.value to WorkState.OnPhone),
                store.state.value.cards
                    .map { it.id to it.work },
            )
            store.act(CasesAction.ChooseTab(CasesTab.DRAFTS))
            settle()
            assertEquals(
                listOf<WorkState>(WorkState.Draft(missing = 1)),
                store.state.value.cards
                    .map { it.work },
            )
            store.act(CasesAction.Search("井盖"))
            store.act(CasesAction.ChooseTab(CasesTab.DONE))
            settle()
            assertEquals(
                listOf(ended.value),
                store.state.value.cards
                    .map { it.id },
            )
            store.act(CasesAction.Search(""))
            store.act(CasesAction.ChooseTab(CasesTab.OPEN))
            store.act(CasesAction.ShowCells(true))
            settle()
            assertEquals(
                2,
                store.state.value.cells
                    .single()
                    .count,
            )
        }

    @Test
    fun the_step_that_is_allowed_is_done_and_what_must_be_said_is_asked_for() =
        runTest {
            val bench = Bench(this)
            val (session, id) = worker(bench)
            bench.city.move(id, "dispatched")
            session.phone.sync.run()
            val store = CaseDetailStore(session, id)
            settle()
            assertEquals(
                "start" to StepWeight.MAIN,
                store.state.value.steps
                    .first()
                    .let { it.act to it.weight },
            )
            store.act(CaseDetailAction.OpenStep("return_request"))
            store.act(CaseDetailAction.ConfirmStep)
            runCurrent()
            assertEquals(
                "请填写“原因”",
                store.state.value.openStep
                    ?.problem,
            )
            store.act(CaseDetailAction.TakeStepPhoto)
            runCurrent()
            assertNull(
                store.state.value.openStep
                    ?.problem,
                "what was changed is looked at anew",
            )
            store.act(CaseDetailAction.AnswerStep("reason", "不归我们管"))
            // A run of sync meanwhile leaves the open form alone.
            session.syncer.insist()
            settle()
            assertEquals(
                "不归我们管",
                store.state.value.openStep
                    ?.fields
                    ?.single()
                    ?.value,
            )
            store.act(CaseDetailAction.ConfirmStep)
            settle()
            assertNull(store.state.value.openStep)
            store.act(CaseDetailAction.OpenStep("start"))
            settle()
            assertEquals("处置中", store.state.value.stage)
        }

    @Test
    fun what_stands_there_is_written_over_and_is_on_its_way() =
        runTest {
            val bench = Bench(this)
            val (session, id) = worker(bench, "路灯不亮")
            bench.offline()
            val store = CaseDetailStore(session, id)
            settle()
            assertTrue(store.state.value.canEdit)
            store.act(CaseDetailAction.EditContent)
            settle()
            assertEquals(
                "路灯不亮",
                store.state.value.openStep
                    ?.fields
                    ?.first()
                    ?.value,
            )
            store.act(CaseDetailAction.AnswerStep("text", "三盏路灯不亮"))
            store.act(CaseDetailAction.ConfirmStep)
            settle()
            assertNull(store.state.value.openStep)
            assertEquals("三盏路灯不亮" to WorkState.OnPhone, store.state.value.let { it.text to it.work })
        }

    @Test
    fun a_note_that_was_being_written_is_there_again() =
        runTest {
            val bench = Bench(this)
            val (session, id) = worker(bench)
            val store = CaseDetailStore(session, id)
            settle()
            store.act(CaseDetailAction.EditNote("灯杆编号"))
            runCurrent()
            store.close()
            val again = CaseDetailStore(session, id)
            settle()
            assertEquals("灯杆编号", again.state.value.noteText)
            again.act(CaseDetailAction.SendNote)
            settle()
            assertEquals("", again.state.value.noteText)
            assertEquals(
                listOf("灯杆编号" to false),
                again.state.value.notes
                    .map { it.text to it.pending },
            )
        }

    @Test
    fun whoever_opened_it_thanks_rates_once_and_asks_to_reopen() =
        runTest {
            val bench = Bench(this)
            val session = bench.session(Role.RESIDENT)
            val id = session.phone.opens(snap("路灯不亮"))
            val store = CaseDetailStore(session, id)
            settle()
            assertNull(store.state.value.feedback)
            bench.city.move(id, "closed")
            session.syncer.insist()
            settle()
            assertEquals(
                listOf(true, false, true, true),
                store.state.value.feedback
                    ?.run { listOf(canThank, thanked, canReopen, canRate) },
            )
            store.act(CaseDetailAction.Thank)
            store.act(CaseDetailAction.Rate(5))
            settle()
            assertEquals(
                listOf(false, true, true, false),
                store.state.value.feedback
                    ?.run { listOf(canThank, thanked, canReopen, canRate) },
            )
            session.setLanguage(Language.EN)
            settle()
            assertEquals(
                listOf(false, true),
                store.state.value.feedback
                    ?.run { listOf(canThank, thanked) },
                "thanks are thanks in any language",
            )
        }

    @Test
    fun two_answers_are_settled_by_either_or_by_both() =
        runTest {
            for ((choice, kept) in listOf(
                ConflictChoice.Mine to "约 2",
                ConflictChoice.Theirs(2) to "约 3",
                ConflictChoice.Merged to "约 2 到 3",
            )) {
                val bench = Bench(this)
                val (session, id) = worker(bench)
                val other = bench.other("other", Role.GRID_WORKER)
                other.sync.run()
                for ((phone, amount) in listOf(session.phone to "约 2", other to "约 3")) {
                    val heads = checkNotNull(phone.cases.case(id).orNull()).heads
                    phone.cases.edit(id, listOf(Named("address", amount)), heads)
                }
                listOf(session.phone, other, session.phone).forEach { it.sync.run() }
                session.navigator.open(Route.Conflict(id))
                val store = ConflictStore(session, id)
                settle()
                val field =
                    store.state.value.fields
                        .single()
                assertEquals(listOf("约 2", "约 3"), listOf(field.mine.value, field.theirs.single().value))
                store.act(ConflictAction.Apply)
                settle()
                assertTrue(
                    store.state.value.fields
                        .isNotEmpty(),
                    "nothing was chosen, nothing happened",
                )
                if (choice == ConflictChoice.Merged) {
                    store.act(ConflictAction.EditMerged("address", "约 2 到 3"))
                } else {
                    store.act(ConflictAction.Choose("address", choice))
                }
                store.act(ConflictAction.Apply)
                settle()
                val case =
                    checkNotNull(
                        session.phone.cases
                            .case(id)
                            .orNull(),
                    )
                assertEquals(kept, case.fields.single { it.key == "address" }.value, "$choice")
                assertEquals(emptyList<Any>(), case.conflicts)
                assertFalse(Route.Conflict(id) in session.navigator.routes.value.routes)
            }
        }

    @Test
    fun an_option_in_conflict_is_told_by_its_words() =
        runTest {
            val bench = Bench(this)
            val (session, id) = worker(bench)
            val other = bench.other("other", Role.GRID_WORKER)
            other.sync.run()
            for ((phone, severity) in listOf(session.phone to "low", other to "high")) {
                val heads = checkNotNull(phone.cases.case(id).orNull()).heads
                phone.cases.edit(id, listOf(Named("severity", severity)), heads)
            }
            listOf(session.phone, other, session.phone).forEach { it.sync.run() }
            val store = ConflictStore(session, id)
            settle()
            val field =
                store.state.value.fields
                    .single()
            assertEquals(listOf("一般", "紧急"), listOf(field.mine.value, field.theirs.single().value))
        }

    @Test
    fun what_was_refused_stays_until_somebody_decides() =
        runTest {
            val bench = Bench(this)
            val (session, id) = worker(bench)
            val store = AttentionStore(session)
            for (step in listOf(AttentionStep.KEEP_AS_NOTE, AttentionStep.APPEAL, AttentionStep.DISCARD, AttentionStep.AMEND)) {
                bench.city.refuse(id, ActId.CONTENT, if (step == AttentionStep.AMEND) "r_schema" else "r_state")
                session.phone.cases.note(id, "灯杆编号 12")
                session.syncer.insist()
                settle()
                val card =
                    store.state.value.items
                        .single()
                assertEquals(listOf("灯杆编号 12"), card.kept)
                assertTrue(card.reason.isNotBlank() && AttentionStep.OPEN_CASE in card.steps)
                assertEquals(1, session.frame(Route.Today).pill?.attention)
                store.act(AttentionAction.Take(card.item, step))
                if (step == AttentionStep.APPEAL || step == AttentionStep.AMEND) store.act(AttentionAction.EditForm("我就在现场"))
                if (step != AttentionStep.KEEP_AS_NOTE) store.act(AttentionAction.SendForm)
                settle()
                assertEquals(emptyList<Any>(), store.state.value.items, "$step")
            }
        }

    @Test
    fun what_is_new_comes_by_itself_while_somebody_looks_and_not_after() =
        runTest {
            val session = Bench(this).session(Role.RESIDENT)
            val sync = (session.phone as FakePhone).sync
            advanceTimeBy(5_000)
            val before = sync.runs
            session.syncer.watch(on = true)
            sync.news.value = true
            advanceTimeBy(5_000)
            assertEquals(before + 1, sync.runs)
            session.syncer.watch(on = false)
            sync.news.value = true
            advanceTimeBy(60_000)
            assertEquals(before + 1, sync.runs)
        }

    @Test
    fun the_sync_page_counts_runs_and_says_why_something_waits() =
        runTest {
            val bench = Bench(this)
            val session = bench.session(Role.GRID_WORKER)
            bench.device.link.value = FakePlatform.MOBILE
            bench.phones.network.open = false
            val draft =
                checkNotNull(
                    session.phone.drafts
                        .save(null, snap("积水"))
                        .orNull(),
                )
            session.phone.drafts.addPhoto(
                draft,
                "/1.jpg",
                org.yuandian.app.model
                    .CaptureFacts(org.yuandian.app.model.PhotoSource.CAMERA),
            )
            session.phone.drafts.finish(draft)
            val store = SyncStore(session)
            settle()
            assertEquals(1, store.state.value.counts.onPhone)
            store.act(SyncAction.SyncNow)
            settle()
            assertEquals(org.yuandian.app.screens.WaitReason.OFFLINE, (store.state.value.run as SyncRun.Finished).reason)
            bench.phones.network.open = true
            store.act(SyncAction.SyncNow)
            settle()
            assertEquals(1, store.state.value.counts.waiting, "the words are there, the photo waits for Wi-Fi")
            assertEquals(
                org.yuandian.app.screens.WaitReason.WIFI_ONLY,
                store.state.value.waiting
                    .single()
                    .reason,
            )
            store.act(SyncAction.SetWifiOnly(false))
            settle()
            assertEquals(1, store.state.value.counts.delivered)
            store.act(SyncAction.CopyDiagnosis)
            settle()
            val diagnosis = bench.device.copied.single()
            assertFalse(diagnosis.contains("积水") || diagnosis.contains("113.6"), diagnosis)
        }

    @Test
    fun where_the_server_is_not_the_platform_the_community_is_a_touch_away() =
        runTest {
            val bench = Bench(this)
            val session = bench.session(Role.GRID_WORKER)
            val store = SyncStore(session)
            settle()
            assertEquals(false to "12345", store.state.value.let { it.isUntrusted to it.communityPhone })
            bench.phones.network.trusted = false
            store.act(SyncAction.SyncNow)
            settle()
            assertTrue(store.state.value.isUntrusted)
            store.act(SyncAction.CallCommunity)
            settle()
            assertEquals(listOf("12345"), bench.device.dialled)
            bench.phones.network.trusted = true
            store.act(SyncAction.SyncNow)
            settle()
            assertFalse(store.state.value.isUntrusted)
        }

    @Test
    fun everything_that_waits_is_exported_at_once_and_to_one_app() =
        runTest {
            val bench = Bench(this)
            val session = bench.session(Role.GRID_WORKER)
            val store = SyncStore(session)
            store.act(SyncAction.ExportAll)
            settle()
            assertEquals(emptyList<Any>(), bench.device.shared, "nothing waits, nothing is offered")
            bench.offline()
            repeat(3) { number ->
                val draft =
                    checkNotNull(
                        session.phone.drafts
                            .save(null, snap("积水 $number"))
                            .orNull(),
                    )
                session.phone.drafts.finish(draft)
            }
            store.act(SyncAction.ExportAll)
            settle()
            assertEquals(
                3,
                bench.device.shared
                    .single()
                    .distinct()
                    .size,
            )
            assertEquals(3, (session.notice.value as Notice.Exported).files)
        }

    @Test
    fun today_shows_what_is_there_and_leads_on() =
        runTest {
            val bench = Bench(this)
            val (session, _) = worker(bench)
            val store = TodayStore(session)
            settle()
            assertFalse(store.state.value.loading)
            assertEquals(listOf(Tab.TODAY, Tab.CASES, Tab.SETTINGS), store.state.value.frame.tabs)
            store.act(
                org.yuandian.app.screens.TodayAction
                    .InFrame(FrameAction.GoTo(Tab.CASES)),
            )
            assertEquals(BackStack(Route.Cases()), session.navigator.routes.value)
            session.navigator.back()
            assertEquals(Route.Today, session.navigator.routes.value.top)
            session.navigator.back()
            assertTrue(session.navigator.leaves.value)
        }

    @Test
    fun another_language_is_spoken_at_once_and_after_a_restart() =
        runTest {
            val bench = Bench(this)
            val (session, _) = worker(bench)
            val store = CasesStore(session)
            settle()
            assertEquals(
                "已上报",
                store.state.value.cards
                    .single()
                    .stage,
            )
            session.setLanguage(Language.EN)
            settle()
            assertEquals(
                "Reported",
                store.state.value.cards
                    .single()
                    .stage,
            )
            bench.phones.kill("a")
            assertEquals(Language.EN, bench.session(Role.GRID_WORKER).language)
        }

    @Test
    fun two_versions_are_a_touch_away_from_the_sync_page() =
        runTest {
            val bench = Bench(this)
            val (session, id) = worker(bench)
            val other = bench.other("other", Role.GRID_WORKER)
            other.sync.run()
            for ((phone, amount) in listOf(session.phone to "约 2", other to "约 3")) {
                val heads = checkNotNull(phone.cases.case(id).orNull()).heads
                phone.cases.edit(id, listOf(Named("address", amount)), heads)
            }
            listOf(session.phone, other, session.phone).forEach { it.sync.run() }
            val store = SyncStore(session)
            settle()
            assertEquals(1, store.state.value.counts.conflict)
            store.act(
                SyncAction.OpenConflict(
                    store.state.value.conflicts
                        .single()
                        .id,
                ),
            )
            assertEquals(Route.Conflict(id), session.navigator.routes.value.top)
        }

    @Test
    fun what_one_may_not_do_is_apart_from_what_one_may() =
        runTest {
            val bench = Bench(this)
            val session = bench.session(Role.RESIDENT)
            val id = session.phone.opens(snap("路灯不亮"))
            val store = CaseDetailStore(session, id)
            settle()
            assertFalse(store.state.value.whyNotOpen)
            assertEquals(
                emptyList<String>(),
                store.state.value.steps
                    .filter { it.allowed }
                    .map { it.act },
            )
            store.act(CaseDetailAction.ToggleWhyNot)
            assertTrue(store.state.value.whyNotOpen)
            assertTrue(
                store.state.value.steps
                    .all { it.whyNot != null },
            )
        }

    @Test
    fun photos_that_are_there_in_part_and_rest_are_said_to_be() {
        val progress =
            org.yuandian.app.model
                .PhotoProgress(photos = 5, delivered = 2, waiting = 3)
        assertEquals(WorkState.PartlySent(3), workOf(org.yuandian.app.model.SyncState.SENDING, progress))
        val moving = progress.copy(percents = listOf(40), waiting = 2)
        assertEquals(WorkState.Sending(2, 5), workOf(org.yuandian.app.model.SyncState.SENDING, moving))
    }

    @Test
    fun a_resident_has_reports_and_a_worker_has_cases() =
        runTest {
            val bench = Bench(this)
            val resident = bench.session(Role.RESIDENT, "r")
            val worker = bench.session(Role.GRID_WORKER, "w")
            for ((session, words) in listOf(resident to "我的上报", worker to "我的事件")) {
                assertEquals(words, session.strings.tab(Tab.CASES, session.frame(Route.Cases()).role))
            }
        }

    @Test
    fun an_act_that_the_rule_forbids_is_explained() =
        runTest {
            val bench = Bench(this)
            val (session, id) = worker(bench)
            val answer = session.phone.cases.act(id, ActInput(ActId.CONFIRM))
            assertTrue(answer is org.yuandian.app.model.Answer.Failed)
        }
}
