package org.yuandian.app.android

import android.app.Activity
import android.content.Intent
import android.graphics.Bitmap
import android.os.Bundle
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.cancel
import kotlinx.coroutines.flow.collectLatest
import kotlinx.coroutines.flow.filterNotNull
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import org.yuandian.app.model.FileHash
import org.yuandian.app.model.navigation.RouteText
import org.yuandian.app.model.orNull
import org.yuandian.app.model.store.App

/** What the one activity does beside drawing. The activity forwards its calls here, because it cannot be compiled without androidx. */
class Door(
    private val activity: Activity,
) {
    private val process = activity.application as YuandianApplication
    private val scope = CoroutineScope(process.scope.coroutineContext + Job(process.scope.coroutineContext[Job]))

    val app: App get() = process.app

    fun created(saved: Bundle?) {
        process.front.came(activity)
        process.begin(saved?.getString(LEFT))
        scope.launch {
            app.session.filterNotNull().collectLatest { session ->
                session.navigator.returned()
                session.navigator.leaves.first { it }
                activity.finish()
            }
        }
        // A link that was followed before the rotation is in the routes already.
        if (saved == null) follow(activity.intent)
    }

    /** Who is where; what was typed is in the core. */
    fun saving(out: Bundle) = out.putString(LEFT, app.save())

    /** A notification was tapped. Whoever has to type a PIN first is led there afterwards. */
    fun follow(intent: Intent?) {
        val route = intent?.getStringExtra(Notices.LINK)?.let(RouteText::ofLink) ?: return
        scope.launch {
            app.session
                .filterNotNull()
                .first()
                .navigator
                .follow(route)
        }
    }

    /** In front again: the network may be another, and news may be there. */
    fun started() {
        process.front.came(activity)
        app.looked(at = true)
    }

    /** Whether going back was handled; else the system's own way out is taken. */
    fun back(): Boolean {
        val screens = app.session.value?.screens ?: return false
        screens.back()
        return true
    }

    /** Out of sight: what is left to be sent may be sent by the system's leave. */
    fun stopped() {
        app.looked(at = false)
        UploadJob.schedule(activity)
    }

    fun destroyed() {
        scope.cancel()
        process.front.went(activity)
        if (activity.isFinishing) process.front.closed()
    }

    fun answered(code: Int) = process.front.answered(code)

    fun returned(
        code: Int,
        result: Int,
        data: Intent?,
    ) = process.front.returned(code, result, data)

    /** The small picture of a photo by its key, a JPEG of at most 2 kB; none where there is none yet. */
    suspend fun picture(key: String): ByteArray? =
        app.session.value?.let {
            it.phone.cases
                .micro(FileHash(key))
                .orNull()
        }

    /** What a photo's file holds, decoded small enough for the screen; none where it is not here or is no picture. */
    suspend fun large(file: String): Bitmap? {
        val cases =
            app.session.value
                ?.phone
                ?.cases ?: return null
        val bytes = cases.content(FileHash(file)).orNull() ?: return null
        return withContext(Dispatchers.Default) { decoded(bytes, LARGE_SIDE_MAX) }
    }

    /** The version of the core that is loaded; empty where there is none that fits. */
    suspend fun library(): String = process.library()

    private companion object {
        /** As the medium size of the core. */
        const val LARGE_SIDE_MAX = 1_600
        const val LEFT = "left"
    }
}
