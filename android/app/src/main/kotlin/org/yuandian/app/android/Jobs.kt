package org.yuandian.app.android

import android.app.job.JobInfo
import android.app.job.JobParameters
import android.app.job.JobScheduler
import android.app.job.JobService
import android.content.ComponentName
import android.content.Context
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.launch

/** A job that is cut off without loss, and asks to come back where something was left. */
abstract class CutJob : JobService() {
    private var scope: CoroutineScope? = null

    /** Whether all of it was done. */
    protected abstract suspend fun work(background: Background): Boolean

    override fun onStartJob(params: JobParameters): Boolean {
        val own = CoroutineScope(SupervisorJob() + Dispatchers.Default)
        scope = own
        own.launch { jobFinished(params, !work((application as YuandianApplication).background)) }
        return true
    }

    override fun onStopJob(params: JobParameters): Boolean {
        scope?.cancel()
        return true
    }
}

/** Every 15 minutes at most often: what is new comes, and is told. What it leaves to be sent is the other job's. */
class PullJob : CutJob() {
    override suspend fun work(background: Background): Boolean {
        if (!background.pull()) UploadJob.schedule(this)
        // A period is its own way of coming back.
        return true
    }

    companion object {
        private const val ID = 1
        private const val EVERY_MS = 15 * 60_000L

        /** Once an installation; a second time changes nothing. */
        fun schedule(context: Context) {
            val scheduler = context.getSystemService(JobScheduler::class.java)
            if (scheduler.getPendingJob(ID) != null) return
            scheduler.schedule(
                JobInfo
                    .Builder(ID, ComponentName(context, PullJob::class.java))
                    .setPeriodic(EVERY_MS)
                    .setRequiredNetworkType(JobInfo.NETWORK_TYPE_ANY)
                    .setPersisted(true)
                    .build(),
            )
        }
    }
}

/** Sends files while the app is closed. Which network they may take is the person's choice, and the core keeps to it. */
class UploadJob : CutJob() {
    override suspend fun work(background: Background): Boolean = background.upload()

    companion object {
        private const val ID = 2
        private const val AGAIN_MS = 60_000L

        fun schedule(context: Context) {
            val scheduler = context.getSystemService(JobScheduler::class.java)
            // A second one would end the one that runs.
            if (scheduler.getPendingJob(ID) != null) return
            scheduler.schedule(
                JobInfo
                    .Builder(ID, ComponentName(context, UploadJob::class.java))
                    .setRequiredNetworkType(JobInfo.NETWORK_TYPE_ANY)
                    .setBackoffCriteria(AGAIN_MS, JobInfo.BACKOFF_POLICY_EXPONENTIAL)
                    .setPersisted(true)
                    .build(),
            )
        }
    }
}
