package org.yuandian.app.android

import android.Manifest
import android.annotation.SuppressLint
import android.content.Context
import android.location.Location
import android.location.LocationListener
import android.location.LocationManager
import android.os.Build
import android.os.Looper
import android.os.SystemClock
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.channels.awaitClose
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.callbackFlow
import kotlinx.coroutines.flow.flowOn
import org.yuandian.app.model.Position
import org.yuandian.app.model.ports.Fix
import org.yuandian.app.model.ports.PlaceFinder
import kotlin.math.ceil

/** The receiver. It listens while somebody collects: never in the background, never otherwise. */
class Receiver(
    context: Context,
    private val front: Front,
) : PlaceFinder {
    private val manager = context.getSystemService(LocationManager::class.java)

    @Volatile
    private var latest: Pair<Fix.Found, Long>? = null

    /** The last fix, while it says where the phone is now. */
    fun recent(): Fix.Found? = latest?.takeIf { (_, at) -> SystemClock.elapsedRealtime() - at < RECENT_MS }?.first

    @SuppressLint("MissingPermission")
    override fun fixes(): Flow<Fix> =
        callbackFlow {
            if (!front.permitted(Manifest.permission.ACCESS_FINE_LOCATION, Manifest.permission.ACCESS_COARSE_LOCATION)) {
                send(Fix.Denied)
                close()
                return@callbackFlow
            }
            val listener = Listener { trySend(it) }
            val providers = PROVIDERS.filter { it in manager.allProviders && manager.isProviderEnabled(it) }
            if (providers.isEmpty()) {
                send(Fix.Unavailable)
                close()
                return@callbackFlow
            }
            send(Fix.Searching)
            // Without the exact right the satellites throw; the network's place is what was allowed then.
            providers.forEach { provider ->
                try {
                    manager.requestLocationUpdates(provider, EVERY_MS, 0f, listener, Looper.getMainLooper())
                } catch (_: SecurityException) {
                    trySend(Fix.Searching)
                }
            }
            awaitClose { manager.removeUpdates(listener) }
        }.flowOn(Dispatchers.Main.immediate)

    private inner class Listener(
        private val tell: (Fix) -> Unit,
    ) : LocationListener {
        private var best: Location? = null

        override fun onLocationChanged(location: Location) {
            val before = best
            val isBetter = before == null || location.accuracy <= before.accuracy
            val isNewer = before != null && location.elapsedRealtimeNanos - before.elapsedRealtimeNanos > STALE_NANOS
            if (!isBetter && !isNewer) return
            best = location
            val found = found(location)
            latest = found to SystemClock.elapsedRealtime()
            tell(found)
        }

        // Android 8 to 10 call these, and have no default for them.
        override fun onProviderEnabled(provider: String) = Unit

        override fun onProviderDisabled(provider: String) {
            if (PROVIDERS.none(manager::isProviderEnabled)) tell(Fix.Unavailable)
        }

        @Deprecated("Android 8 and 9 call it")
        override fun onStatusChanged(
            provider: String?,
            status: Int,
            extras: android.os.Bundle?,
        ) = Unit
    }

    private fun found(location: Location): Fix.Found {
        val accuracy = if (location.hasAccuracy()) ceil(location.accuracy).toInt() else null
        return Fix.Found(
            Position(location.longitude, location.latitude, accuracy),
            location.provider ?: "",
            isMock(location),
            location.time,
        )
    }

    @Suppress("DEPRECATION")
    private fun isMock(location: Location) =
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.S) location.isMock else location.isFromMockProvider

    private companion object {
        val PROVIDERS = listOf(LocationManager.GPS_PROVIDER, LocationManager.NETWORK_PROVIDER)
        const val EVERY_MS = 1_000L
        const val RECENT_MS = 60_000L
        const val STALE_NANOS = 20_000_000_000L
    }
}
