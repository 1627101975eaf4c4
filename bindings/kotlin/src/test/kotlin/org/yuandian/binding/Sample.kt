package org.yuandian.binding

// sample:begin
import kotlinx.coroutines.CoroutineStart.UNDISPATCHED
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.flow.takeWhile
import kotlinx.coroutines.launch
import org.yuandian.core.CoreException
import org.yuandian.core.DraftInput
import org.yuandian.core.EventKind
import org.yuandian.core.Position
import java.nio.file.Path

/** Reports a missing manhole cover offline, then delivers it. `say` is what a screen would show. */
suspend fun report(
    home: Path,
    server: String,
    invitation: String,
    say: (String) -> Unit,
) = coroutineScope {
    val phone = Phone.open(home).orThrow()

    // Before any sign-in, without network: what was entered is durable when the call returns.
    val here = Position(lng = 113.65, lat = 34.76, accuracyM = 8u)
    val entered = DraftInput("case.snap", here, "井盖缺失", emptyList(), noPhoto = "天黑, 拍不清")
    val draft = phone.ask { saveDraft(null, entered) }.orThrow()

    // To send it, somebody must have been invited. What went wrong is one of a closed list.
    val answer = phone.ask { enroll(server, invitation, "王芳") }
    when (val why = (answer as? Answered.Failed)?.why) {
        null -> say("${answer.orThrow().name} 已加入")
        is CoreException.Unreachable -> say("稍后再试, 已存在本机")
        is CoreException.ServerRefused -> say("请换一个邀请码: ${why.reason}")
        else -> throw why
    }
    val line = phone.ask { finish(draft) }.orThrow()
    say("${line.title}: ${line.syncText}")

    // A screen reads what it is told to; it stops listening by being cancelled.
    val telling =
        launch(start = UNDISPATCHED) {
            phone.events.takeWhile { it !is EventKind.SyncFinished }.collect { event ->
                if (event is EventKind.CaseChanged) say(phone.ask { line(event.caseId) }.orThrow().syncText)
            }
        }
    val done = phone.ask { sync() }.orThrow()
    telling.join()
    say(if (done.complete) "全部已送达" else "还有 ${phone.ask { outbox() }.orThrow().size} 条待上传")
    phone.close()
}
// sample:end
