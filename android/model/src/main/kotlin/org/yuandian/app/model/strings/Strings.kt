package org.yuandian.app.model.strings

import org.yuandian.app.model.Language
import org.yuandian.app.screens.words.ScreenWords
import org.yuandian.app.screens.words.ScreenWordsEn
import org.yuandian.app.screens.words.ScreenWordsZh

/**
 * Every text that the app itself says: what screens show ([ScreenWords]), and what is said or kept beside them ([StoreWords]). Words of the
 * domain (services, stages, reasons) come from the core in the chosen language and are not repeated here.
 *
 * A text that one language lacks does not compile.
 */
interface Strings :
    ScreenWords,
    StoreWords {
    val language: Language

    companion object {
        fun of(language: Language): Strings = if (language == Language.ZH_HANS) ZhHans else En
    }
}

/** Simplified Chinese: the first language. */
object ZhHans : Strings, ScreenWords by ScreenWordsZh, StoreWords by StoreWordsZh {
    override val language = Language.ZH_HANS
}

/** English, complete. */
object En : Strings, ScreenWords by ScreenWordsEn, StoreWords by StoreWordsEn {
    override val language = Language.EN
}
