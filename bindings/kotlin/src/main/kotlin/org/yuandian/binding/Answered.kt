package org.yuandian.binding

import org.yuandian.core.CoreException
import org.yuandian.core.InternalException

/**
 * What came of asking the core: exactly one of three, so that `when` needs no `else` and nothing is thrown past the seam.
 *
 * Cancellation is not an answer: a cancelled coroutine throws `CancellationException` as everywhere in Kotlin.
 */
sealed interface Answered<out T> {
    /** It was done, and what was written is durable. */
    data class Done<out T>(
        val value: T,
    ) : Answered<T>

    /** It was not done, nothing was queued or changed; [why] says what a person can do about it. */
    data class Failed(
        val why: CoreException,
    ) : Answered<Nothing>

    /** The core broke off at a fault of its own. What was stored before is whole, this call changed nothing: tell support, and go on. */
    data class Broken(
        val fault: InternalException,
    ) : Answered<Nothing>
}

/** The value, or none where it was not done. */
fun <T> Answered<T>.orNull(): T? = (this as? Answered.Done)?.value

/**
 * The value; where it was not done, what the core threw.
 *
 * @throws CoreException of [Answered.Failed].
 * @throws InternalException of [Answered.Broken].
 */
fun <T> Answered<T>.orThrow(): T =
    when (this) {
        is Answered.Done -> value
        is Answered.Failed -> throw why
        is Answered.Broken -> throw fault
    }

/** The same answer about something made of the value. */
inline fun <T, R> Answered<T>.map(change: (T) -> R): Answered<R> =
    when (this) {
        is Answered.Done -> Answered.Done(change(value))
        is Answered.Failed -> this
        is Answered.Broken -> this
    }

/** What came of [call]: the only place where what the generated code throws is caught. */
inline fun <T> answered(call: () -> T): Answered<T> =
    try {
        Answered.Done(call())
    } catch (why: CoreException) {
        Answered.Failed(why)
    } catch (fault: InternalException) {
        Answered.Broken(fault)
    }
