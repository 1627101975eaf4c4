package org.yuandian.app.model.store

import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import org.yuandian.app.model.navigation.Route
import org.yuandian.app.model.navigation.RouteText

/**
 * The screens of the back stack with their stores. A store lives as long as its screen is there to come back to: covered by another one,
 * or drawn anew because the phone was turned, it holds what it held. It is closed when its screen has left the stack.
 */
class Screens(
    private val navigator: Navigator,
) {
    private class Held(
        val name: String,
    ) {
        var store: Store<*, *>? = null
    }

    private val held = mutableMapOf<Route, Held>()
    private val shown = MutableStateFlow(true)

    /** Whether somebody looks at the app: what nobody sees is not read anew. */
    val isLookedAt: StateFlow<Boolean> get() = shown

    /** Names of all that are there, each another: for what a drawn screen keeps beside its store. */
    val names: Set<String> get() = held.values.mapTo(mutableSetOf(), Held::name)

    /** What the screen that shows this route is called as long as it is there. */
    fun name(route: Route): String = at(route).name

    /** The store of this route's screen, made where there is none yet. */
    fun <S : Store<*, *>> store(
        route: Route,
        make: () -> S,
    ): S {
        val screen = at(route)
        val store = screen.store ?: make().also { screen.store = it }
        // One route has one kind of screen.
        @Suppress("UNCHECKED_CAST")
        return store as S
    }

    fun looked(at: Boolean) {
        shown.value = at
    }

    /** Where the person is has changed: what was left is closed, what is covered knows it. */
    fun moved() {
        val routes = navigator.routes.value.routes
        val left = held.keys - routes.toSet()
        left.forEach { held.remove(it)?.store?.close() }
        held.forEach { (route, screen) -> screen.store?.onTop(route == routes.last()) }
    }

    /** Back, as the screen on top means it: it closes what lies over it, goes a step back, or is left. */
    fun back() = held[navigator.routes.value.top]?.store?.back() ?: navigator.back()

    /** What was opened as [from] is [route] now: the screen stays. */
    fun becomes(
        from: Route,
        route: Route,
    ) {
        held.remove(from)?.let { held[route] = it }
    }

    /** Everything that was typed is written now: the system may end the app from here on. */
    suspend fun write() = held.values.toList().forEach { it.store?.write() }

    private fun at(route: Route): Held =
        held.getOrPut(route) {
            val word = RouteText.word(route)
            // A new draft keeps its screen's name when it gets its id; another new one may be opened over it.
            Held(generateSequence(word) { "$it'" }.first { it !in names })
        }
}
