package org.yuandian.app.ui.states

import org.yuandian.app.screens.Notice
import org.yuandian.app.screens.Unopened
import org.yuandian.app.screens.UnopenedState

object UnopenedStates : Provider<UnopenedState> {
    override fun states(sample: Sample): List<Named<UnopenedState>> {
        val full = UnopenedState(sample.frame(), Unopened.WRONG_LIBRARY, communityPhone = "0371-6600 0000")
        val each = Unopened.entries.map { why -> Named(why.name.lowercase().replace('_', '-'), full.copy(why = why)) }
        return each +
            Named("trying", full.copy(why = Unopened.STORAGE_FULL, trying = true, communityPhone = null)) +
            Named("no-shop", full.copy(frame = sample.frame(notice = Notice.Failed)))
    }
}
