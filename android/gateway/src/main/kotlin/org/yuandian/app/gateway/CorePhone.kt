package org.yuandian.app.gateway

import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flowOn
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import kotlinx.coroutines.withContext
import org.yuandian.app.model.Answer
import org.yuandian.app.model.Language
import org.yuandian.app.model.gateway.Attention
import org.yuandian.app.model.gateway.Cases
import org.yuandian.app.model.gateway.Doorstep
import org.yuandian.app.model.gateway.Drafts
import org.yuandian.app.model.gateway.Events
import org.yuandian.app.model.gateway.Happening
import org.yuandian.app.model.gateway.Identity
import org.yuandian.app.model.gateway.OwnData
import org.yuandian.app.model.gateway.Phone
import org.yuandian.app.model.gateway.PlatformWork
import org.yuandian.app.model.gateway.Services
import org.yuandian.app.model.gateway.Sync
import org.yuandian.app.model.gateway.Typed
import org.yuandian.core.YuandianCoreInterface
import org.yuandian.binding.Phone as OpenCore

/** One person's open store. Every part asks through the same [CoreLine]. */
internal class CorePhone(
    private val core: OpenCore,
    private val oneAtATime: Mutex,
    work: CoroutineDispatcher,
) : Phone {
    private val line = CoreLine(core, work)

    override val cases: Cases = CoreCases(line)
    override val drafts: Drafts = CoreDrafts(line)
    override val typed: Typed = CoreTyped(line)
    override val services: Services = CoreServices(line)
    override val attention: Attention = CoreAttention(line)
    override val sync: Sync = CoreSync(line)
    override val identity: Identity = CoreIdentity(line)
    override val doorstep: Doorstep = CoreDoorstep(line)
    override val ownData: OwnData = CoreOwnData(line)
    override val platform: PlatformWork = CorePlatformWork(line)
    override val events: Events =
        object : Events {
            override val happenings: Flow<Happening> = core.events.map(::happening).flowOn(work)
        }

    override suspend fun close() = withContext(NonCancellable) { oneAtATime.withLock { core.close() } }
}

/** The way to the core: asks it, and turns what it answers into the app's types, off the thread of whoever asks. */
internal class CoreLine(
    private val core: OpenCore,
    private val work: CoroutineDispatcher,
) {
    /** In which language the core's words are; zh-Hans until somebody chooses. */
    @Volatile
    var language = Language.ZH_HANS

    /** What [call] comes to, the app's types made in it. */
    suspend fun <T> ask(call: suspend YuandianCoreInterface.() -> T): Answer<T> = withContext(work) { core.ask(call).answer() }

    /** Ends the run of sync under way. Returns at once. */
    fun stopSync() = core.stopSync()
}
