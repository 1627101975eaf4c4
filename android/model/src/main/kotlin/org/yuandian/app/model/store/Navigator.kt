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

    val routes: StateFlow<BackStack> = stack.asStateFlow()

    /** Whether the person has left by going back from the first screen. */
    val leaves: StateFlow<Boolean> = left.asStateFlow()

    /** Where somebody was, as far as it was kept. */
    fun resume(at: BackStack) {
        stack.value = at
    }

    fun open(route: Route) = stack.update { it.open(route) }

    fun replace(route: Route) = stack.update { it.replace(route) }

    /** The screens of the back stack. */
    val screens = Screens(this)

    /** What was opened as [from] is [route] now: a new draft has its id. Whoever comes back finds it; the screen stays. */
    fun becomes(
        from: Route,
        route: Route,
    ) {
        if (from !in stack.value.routes) return
        screens.becomes(from, route)
        stack.update { now -> BackStack(now.routes.map { if (it == from) route else it }) }
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
