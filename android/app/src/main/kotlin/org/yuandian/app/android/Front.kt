package org.yuandian.app.android

import android.app.Activity
import android.content.Context
import android.content.Intent
import android.content.pm.PackageManager
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext

/** What came back from another activity. */
class Returned(
    val ok: Boolean,
    val data: Intent?,
)

/**
 * The activity in front, for what only an activity may ask: rights, and another activity's result. It outlives a rotation: whoever waits is
 * answered through the next activity. Without one in front every question is answered no.
 */
class Front(
    private val context: Context,
) {
    private var activity: Activity? = null
    private var next = FIRST_CODE
    private val rights = mutableMapOf<Int, CompletableDeferred<Unit>>()
    private val results = mutableMapOf<Int, CompletableDeferred<Returned>>()

    /** For what is shown or felt at once. */
    val shown: Activity? get() = activity

    fun came(activity: Activity) {
        this.activity = activity
    }

    /** Questions under way stay: a rotation brings the next activity. */
    fun went(activity: Activity) {
        if (this.activity === activity) this.activity = null
    }

    /** The activity is closed for good: nobody answers any more. */
    fun closed() {
        rights.values.forEach { it.complete(Unit) }
        results.values.forEach { it.complete(Returned(ok = false, data = null)) }
        rights.clear()
        results.clear()
    }

    fun holds(right: String) = context.checkSelfPermission(right) == PackageManager.PERMISSION_GRANTED

    /** Whether one of the rights is there, the system's question asked at most once for it. */
    suspend fun permitted(vararg wanted: String): Boolean =
        withContext(Dispatchers.Main.immediate) {
            val asker = activity
            if (wanted.none(::holds) && asker != null) {
                val code = next++
                val answer = CompletableDeferred<Unit>()
                rights[code] = answer
                asker.requestPermissions(wanted, code)
                answer.await()
            }
            wanted.any(::holds)
        }

    /** Opens another activity and waits for it. None where the phone has no such. */
    suspend fun result(intent: Intent): Returned? =
        withContext(Dispatchers.Main.immediate) {
            val asker = activity ?: return@withContext null
            val code = next++
            val answer = CompletableDeferred<Returned>()
            results[code] = answer
            if (asker.started { startActivityForResult(intent, code) }) {
                answer.await()
            } else {
                results.remove(code)
                null
            }
        }

    fun answered(code: Int) {
        rights.remove(code)?.complete(Unit)
    }

    /** False for a result that nobody waits for: the system ended the app meanwhile. */
    fun returned(
        code: Int,
        result: Int,
        data: Intent?,
    ): Boolean = results.remove(code)?.complete(Returned(result == Activity.RESULT_OK, data)) ?: false

    private companion object {
        const val FIRST_CODE = 100
    }
}

/** Whether the phone has an activity for it, and this app may open it. */
internal inline fun <T : Context> T.started(start: T.() -> Unit): Boolean =
    try {
        start()
        true
    } catch (_: android.content.ActivityNotFoundException) {
        false
    } catch (_: SecurityException) {
        false
    }
