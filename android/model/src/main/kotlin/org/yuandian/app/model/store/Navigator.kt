package org.yuandian.app.model.store

import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.update
import org.yuandian.app.model.navigation.BackStack
import org.yuandian.app.model.navigation.Route

/** Where the person is. The platform shows the top and keeps [BackStack.save] for when it ends the app. */
class Navigator(
    first: BackStack,
    /** Where somebody begins, as it stands now. */
    private val home: () -> Route,
) {
    private val stack = MutableStateFlow(first)
    private val left = MutableStateFlow(false)
    private val screens = mutableMapOf<Route, Any>()

    val routes: StateFlow<BackStack> = stack.asStateFlow()

    /** Whether the person has left by going back from the first screen. */
    val leaves: StateFlow<Boolean> = left.asStateFlow()

    fun open(route: Route) = stack.update { it.open(route) }

    fun replace(route: Route) = stack.update { it.replace(route) }

    /** Which screen shows this route: another object for another screen. */
    fun screen(route: Route): Any {
        screens.keys.retainAll((stack.value.routes + route).toSet())
        return screens.getOrPut(route) { Any() }
    }

    /** What was opened as [from], and is on top, is [route] now: a new draft has its id. Whoever comes back finds it; the screen stays. */
    fun becomes(
        from: Route,
        route: Route,
    ) {
        if (stack.value.top != from) return
        screens[route] = screen(from)
        stack.update { BackStack(it.routes.dropLast(1) + route) }
        screens -= from
    }

    fun begin() = stack.update { it.home(home()) }

    fun goTo(route: Route) = stack.update { it.home(route) }

    fun follow(link: Route) = stack.update { it.follow(link, home()) }

    /** Back; from another place than the home to the home first, then out. */
    fun back() {
        val now = stack.value
        val back = now.back()
        when {
            back != null -> stack.value = back
            now.top != home() -> stack.value = BackStack(home())
            else -> left.value = true
        }
    }

    /** The app was opened again. */
    fun returned() {
        left.value = false
    }
}
