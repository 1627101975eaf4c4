package org.yuandian.app.model.navigation

/** Where the person is and where going back leads: never empty, the first is a home. */
data class BackStack(
    val routes: List<Route>,
) {
    init {
        require(routes.isNotEmpty()) { "a back stack has a screen" }
    }

    constructor(root: Route) : this(listOf(root))

    val top: Route get() = routes.last()

    /** Opens a screen over this one. The one that is open already stays alone. At most [DEPTH_MAX]: the oldest above the home goes. */
    fun open(route: Route): BackStack {
        if (route == top) return this
        val all = routes + route
        return BackStack(if (all.size <= DEPTH_MAX) all else listOf(all.first()) + all.drop(all.size - DEPTH_MAX + 1))
    }

    /** Back; none where the app is to be left. */
    fun back(): BackStack? = if (routes.size > 1) BackStack(routes.dropLast(1)) else null

    /** Another screen in this one's place: a finished form is not gone back to. */
    fun replace(route: Route): BackStack =
        if (routes.size > 1 && routes[routes.size - 2] == route) BackStack(routes.dropLast(1)) else BackStack(routes.dropLast(1) + route)

    /** Begins anew at a home. */
    fun home(route: Route): BackStack = BackStack(route)

    /** From a notification: the screen over the home, so that back leads somewhere known. */
    fun follow(
        link: Route,
        home: Route,
    ): BackStack = if (link == home || link.tab() != null) BackStack(link) else BackStack(home).open(link)

    /** For the system to keep. */
    fun save(): String = routes.joinToString(SEPARATOR, transform = RouteText::word)

    companion object {
        const val DEPTH_MAX = 16
        private const val SEPARATOR = " "

        /** What was kept; the home alone where it cannot be read. A newer app's screen that is not known here is left out. */
        fun restore(
            saved: String?,
            home: Route,
        ): BackStack {
            val routes =
                saved
                    .orEmpty()
                    .split(SEPARATOR)
                    .mapNotNull(RouteText::parse)
                    .takeLast(DEPTH_MAX)
            return if (routes.isEmpty()) BackStack(home) else BackStack(routes)
        }
    }
}
