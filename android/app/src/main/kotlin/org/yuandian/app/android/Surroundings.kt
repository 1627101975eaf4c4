package org.yuandian.app.android

import android.content.BroadcastReceiver
import android.content.Context
import android.content.Intent
import android.content.IntentFilter
import android.net.ConnectivityManager
import android.net.Network
import android.net.NetworkCapabilities
import android.os.BatteryManager
import android.os.SystemClock
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.update
import org.yuandian.app.model.ports.Link
import org.yuandian.app.model.ports.NetworkKind
import org.yuandian.app.model.ports.NetworkWatch
import org.yuandian.app.model.ports.WallClock

/** Network and power, from the start of the process. */
class Surroundings(
    context: Context,
) : NetworkWatch {
    private val manager = context.getSystemService(ConnectivityManager::class.java)
    private val battery = context.getSystemService(BatteryManager::class.java)
    private val now = MutableStateFlow(link(manager.getNetworkCapabilities(manager.activeNetwork), battery.isCharging))

    init {
        manager.registerDefaultNetworkCallback(
            object : ConnectivityManager.NetworkCallback() {
                override fun onCapabilitiesChanged(
                    network: Network,
                    capabilities: NetworkCapabilities,
                ) = now.update { link(capabilities, it.charging) }

                override fun onLost(network: Network) = now.update { link(null, it.charging) }
            },
        )
        val power = IntentFilter(Intent.ACTION_POWER_CONNECTED).apply { addAction(Intent.ACTION_POWER_DISCONNECTED) }
        context.registerReceiver(
            object : BroadcastReceiver() {
                override fun onReceive(
                    context: Context,
                    intent: Intent,
                ) = now.update { it.copy(charging = intent.action == Intent.ACTION_POWER_CONNECTED) }
            },
            power,
        )
    }

    override fun link(): StateFlow<Link> = now.asStateFlow()

    // Whether the system has proved the network is not asked: its proof goes to a server that is not reached everywhere.
    private fun link(
        capabilities: NetworkCapabilities?,
        charging: Boolean,
    ): Link {
        val isWide = capabilities?.hasCapability(NetworkCapabilities.NET_CAPABILITY_INTERNET) == true
        if (capabilities == null || !isWide) return Link.OFFLINE.copy(charging = charging)
        val isLocal =
            capabilities.hasTransport(NetworkCapabilities.TRANSPORT_WIFI) ||
                capabilities.hasTransport(NetworkCapabilities.TRANSPORT_ETHERNET)
        val metered = !capabilities.hasCapability(NetworkCapabilities.NET_CAPABILITY_NOT_METERED)
        return Link(if (isLocal) NetworkKind.WIFI else NetworkKind.MOBILE, metered, charging)
    }
}

/** The phone's clocks. */
object PhoneClock : WallClock {
    override fun nowMs() = System.currentTimeMillis()

    override fun sinceStartMs() = SystemClock.elapsedRealtime()
}
