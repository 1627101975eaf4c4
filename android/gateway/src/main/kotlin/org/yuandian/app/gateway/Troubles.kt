package org.yuandian.app.gateway

import org.yuandian.app.model.Answer
import org.yuandian.app.model.BothText
import org.yuandian.app.model.NextStep
import org.yuandian.app.model.Trouble
import org.yuandian.binding.Answered
import org.yuandian.core.CoreException

internal fun <T> Answered<T>.answer(): Answer<T> =
    when (this) {
        is Answered.Done -> Answer.Done(value)
        is Answered.Failed -> Answer.Failed(trouble(why))
        is Answered.Broken -> Answer.Failed(Trouble.Fault(fault.message.orEmpty()))
    }

/** Exhaustive without `else`: the compiler says when the core has a new one. */
internal fun trouble(why: CoreException): Trouble =
    when (why) {
        is CoreException.InvalidInput -> Trouble.Mend(why.field, why.reason)
        is CoreException.Refused -> Trouble.Refused(why.code, BothText(why.reason, why.reasonEn), why.next.mapNotNull(NextStep::of))
        is CoreException.PhotoRefused -> Trouble.PhotoRefused(why.code, why.reason)
        is CoreException.FileUnusable -> Trouble.FileUnusable(why.path, why.reason)
        is CoreException.NotFound -> Trouble.NotFound(why.what, why.id)
        is CoreException.NotEnrolled -> Trouble.NotEnrolled
        is CoreException.Unreachable -> Trouble.Unreachable(why.reason)
        is CoreException.UntrustedServer -> Trouble.UntrustedServer(why.reason)
        is CoreException.ServerRefused -> Trouble.ServerRefused(why.reason)
        is CoreException.InUse -> Trouble.InUse
        is CoreException.StorageFull -> Trouble.StorageFull
        is CoreException.NoRoom -> Trouble.NoRoom(why.waitingBytes.toLong(), why.freeBytes?.toLong())
        is CoreException.Withheld -> Trouble.Withheld(why.id)
        is CoreException.WrongBytes -> Trouble.WrongBytes(why.id)
        is CoreException.AppTooOld -> Trouble.AppTooOld(why.found, why.known)
        is CoreException.WrongKey -> Trouble.WrongKey
        is CoreException.KeyStoreLocked -> Trouble.KeyStoreLocked(why.reason)
        is CoreException.Damaged -> Trouble.Damaged(why.reason)
        is CoreException.ShutDown -> Trouble.Closed
    }
