package org.yuandian.app.model.ports

/** Everything that the app asks of the phone it runs on. */
@Suppress("LongParameterList")
class Platform(
    val camera: Camera,
    val places: PlaceFinder,
    val voice: VoiceRecorder,
    val scanner: Scanner,
    val network: NetworkWatch,
    val clock: WallClock,
    val settings: KeyValues,
    val files: Files,
    val notifier: Notifier,
    val speech: Speech,
    val dialer: Dialer,
    val wayfinder: Wayfinder,
    val screens: SystemScreens,
    val clipboard: Clipboard,
    val touch: Touch,
    val vault: SecretVault,
    val random: SecureRandom,
)
