package org.yuandian.app.model.store

import org.yuandian.app.model.Answer
import org.yuandian.app.model.Trouble
import org.yuandian.app.model.ports.Shot
import org.yuandian.app.model.troubleOrNull
import org.yuandian.app.screens.Notice
import org.yuandian.app.screens.Permission
import org.yuandian.app.screens.PhotoItem
import org.yuandian.app.screens.WorkState

/** Photos of a step that is being filled in. They are in no draft: until they are dropped each is named by its path, and lies open. */
internal class StepPhotos(
    private val session: Session,
) {
    /** None where there is no picture, which the person is told. */
    suspend fun take(): PhotoItem? = item(session.platform.camera.take())

    /** The same with an old picture, for whoever has no camera. */
    suspend fun choose(): PhotoItem? = item(session.platform.camera.choose())

    /** They were sent, or are not wanted. */
    suspend fun drop(photos: List<PhotoItem>) = photos.forEach { session.platform.files.remove(it.key) }

    private fun item(shot: Shot): PhotoItem? {
        session.tellWhyNot(shot)
        return (shot as? Shot.Taken)?.let { PhotoItem(it.path, session.platform.clock.nowMs(), WorkState.Draft(), opens = false) }
    }
}

/** Says why there is no picture, where the person does not know it themselves. */
internal fun Session.tellWhyNot(shot: Shot) =
    when (shot) {
        is Shot.Taken, Shot.Cancelled -> Unit
        Shot.Denied -> tell(Notice.PermissionDenied(Permission.CAMERA))
        Shot.Unavailable -> tell(Notice.NoPhoto)
        Shot.StorageFull -> tell(Notice.StorageFull)
    }

/** Whether something was not kept because the phone is full: it can be once there is room. */
internal val Answer<*>.lacksRoom: Boolean get() = troubleOrNull().let { it == Trouble.StorageFull || it is Trouble.NoRoom }
