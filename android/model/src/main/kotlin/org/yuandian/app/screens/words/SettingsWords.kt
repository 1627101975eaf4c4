package org.yuandian.app.screens.words

import org.yuandian.app.screens.AppLanguage
import org.yuandian.app.screens.DarkMode
import org.yuandian.app.screens.FamilyProblem

/** 设置. */
interface SettingsWords {
    /** In its own language. */
    fun languageName(language: AppLanguage): String

    fun darkMode(mode: DarkMode): String

    /** [overnight]: it ends on the next day. */
    fun quiet(
        from: String,
        to: String,
        overnight: Boolean,
    ): String

    /** The buttons beside a time; [what] says of which. */
    fun hourEarlier(what: String): String

    fun hourLater(what: String): String

    fun consents(count: Int): String

    fun version(
        app: String,
        library: String,
    ): String

    fun removePerson(name: String): String

    fun endApart(name: String): String

    /** What is read aloud of one's own code. */
    fun codeOf(name: String): String

    fun familyProblem(problem: FamilyProblem): String

    val settingsTitle: String
    val settingsMe: String
    val settingsNobody: String
    val settingsSeeing: String
    val settingsLanguage: String
    val settingsElder: String
    val settingsElderHelp: String
    val settingsOutdoor: String
    val settingsOutdoorHelp: String
    val settingsDark: String
    val settingsSending: String
    val settingsReachTitle: String
    val settingsReach: String
    val settingsReachHelp: String
    val settingsReachHome: String
    val settingsReachHomeSet: String
    val settingsQuiet: String
    val settingsQuietFrom: String
    val settingsQuietTo: String
    val settingsQuietNever: String
    val settingsPeopleTitle: String
    val settingsFamily: String
    val settingsFamilyHelp: String
    val settingsFamilyAdd: String
    val settingsFamilyEmpty: String
    val settingsFamilyHow: String
    val settingsFamilyScan: String
    val settingsFamilyCode: String
    val settingsFamilyCodeHelp: String
    val settingsFamilyYes: String
    val settingsMyCode: String
    val settingsMyCodeHelp: String
    val settingsMyCodeFor: String
    val settingsMyCodeCopy: String
    val settingsApart: String
    val settingsApartHelp: String
    val settingsApartEmpty: String
    val settingsDataTitle: String
    val settingsMyData: String
    val settingsMyDataHelp: String
    val settingsForget: String
    val settingsForgetHelp: String
    val settingsForgetAsk: String
    val settingsForgetYes: String
    val settingsForgetWaiting: String
    val settingsShared: String
    val settingsHours: String
    val settingsSignIn: String
    val settingsDiagnosis: String
    val settingsAbout: String
}

internal object SettingsZh : SettingsWords {
    override fun languageName(language: AppLanguage) = if (language == AppLanguage.ZH_HANS) "简体中文" else "English"

    override fun darkMode(mode: DarkMode) =
        when (mode) {
            DarkMode.SYSTEM -> "跟随系统"
            DarkMode.ON -> "深色"
            DarkMode.OFF -> "浅色"
        }

    override fun quiet(
        from: String,
        to: String,
        overnight: Boolean,
    ) = if (overnight) "$from 到次日 $to 不打扰" else "$from 到 $to 不打扰"

    override fun hourEarlier(what: String) = "${what}早一小时"

    override fun hourLater(what: String) = "${what}晚一小时"

    override fun consents(count: Int) = "已同意 $count 项用途"

    override fun version(
        app: String,
        library: String,
    ) = "应用 $app · 内核 $library"

    override fun removePerson(name: String) = "移除 $name"

    override fun endApart(name: String) = "不再回避 $name"

    override fun codeOf(name: String) = "$name 的码，给家人扫"

    override fun familyProblem(problem: FamilyProblem) =
        when (problem) {
            FamilyProblem.EMPTY -> "请先扫家人的码，或填上家人发来的编号和名字。"
            FamilyProblem.NOT_A_CODE -> "这不是家人的码。请家人打开“设置”里的“我的码”，再扫一次，或照着打字。"
            FamilyProblem.NAME_MISSING -> "编号后面请空一格，写上名字。"
            FamilyProblem.ONESELF -> "这是您自己的码。请扫家人手机上的“我的码”。"
            FamilyProblem.FULL -> "最多五位家人。请先移除一位，再添加。"
        }

    override val settingsTitle = "设置"
    override val settingsMe = "我"
    override val settingsNobody = "还没有登录"
    override val settingsSeeing = "显示"
    override val settingsLanguage = "语言"
    override val settingsElder = "长辈版（关怀版）"
    override val settingsElderHelp = "大字、大按钮，一次只做一件事"
    override val settingsOutdoor = "户外高对比"
    override val settingsOutdoorHelp = "阳光下看得清"
    override val settingsDark = "深浅色"
    override val settingsSending = "上传"
    override val settingsReachTitle = "通知"
    override val settingsReach = "附近有人求助时告诉我"
    override val settingsReachHelp = "只按大致范围，不记录您的行踪。"
    override val settingsReachHome = "设定我的大致范围"
    override val settingsReachHomeSet = "已设定大致范围，点此更改"
    override val settingsQuiet = "免打扰"
    override val settingsQuietFrom = "开始"
    override val settingsQuietTo = "结束"
    override val settingsQuietNever = "没有免打扰的时间"
    override val settingsPeopleTitle = "家人和不想遇到的人"
    override val settingsFamily = "家人"
    override val settingsFamilyHelp = "紧急求助时会告诉他们。"
    override val settingsFamilyAdd = "添加家人"
    override val settingsFamilyEmpty = "还没有添加。"
    override val settingsFamilyHow = "请家人打开“设置”里的“我的码”，对准它拍一张；拍完照片就删掉。"
    override val settingsFamilyScan = "扫一扫"
    override val settingsFamilyCode = "或者填家人的编号和名字"
    override val settingsFamilyCodeHelp = "家人的“我的码”下面有，也可以复制了发给您"
    override val settingsFamilyYes = "添加"
    override val settingsMyCode = "我的码"
    override val settingsMyCodeHelp = "给家人扫"
    override val settingsMyCodeFor = "家人扫了它，就能把您加为家人。里面只有您的编号和名字。"
    override val settingsMyCodeCopy = "复制编号和名字"
    override val settingsApart = "不想遇到的人"
    override val settingsApartHelp = "对方不会知道。你们互相看不到对方的求助。"
    override val settingsApartEmpty = "没有。可以在事件里添加。"
    override val settingsDataTitle = "我的数据"
    override val settingsMyData = "导出我的数据"
    override val settingsMyDataHelp = "写成一个文件，给您自己。"
    override val settingsForget = "删除我的信息"
    override val settingsForgetHelp = "抹去平台上能抹去的个人信息。"
    override val settingsForgetAsk = "确定吗？您的姓名、电话、地址将被抹去，找不回来。办过的事会保留，不再带您的名字。"
    override val settingsForgetYes = "确定删除"
    override val settingsForgetWaiting = "已申请，联网后办理。"
    override val settingsShared = "换人使用"
    override val settingsHours = "服务时长"
    override val settingsSignIn = "登录"
    override val settingsDiagnosis = "复制诊断信息"
    override val settingsAbout = "关于"
}

internal object SettingsEn : SettingsWords {
    override fun languageName(language: AppLanguage) = SettingsZh.languageName(language)

    override fun darkMode(mode: DarkMode) =
        when (mode) {
            DarkMode.SYSTEM -> "As the phone"
            DarkMode.ON -> "Dark"
            DarkMode.OFF -> "Light"
        }

    override fun quiet(
        from: String,
        to: String,
        overnight: Boolean,
    ) = if (overnight) "Quiet from $from to $to the next day" else "Quiet from $from to $to"

    override fun hourEarlier(what: String) = "$what: an hour earlier"

    override fun hourLater(what: String) = "$what: an hour later"

    override fun consents(count: Int) = "Agreed to ${counted(count, "purpose")}"

    override fun version(
        app: String,
        library: String,
    ) = "App $app · core $library"

    override fun removePerson(name: String) = "Remove $name"

    override fun endApart(name: String) = "No longer avoid $name"

    override fun codeOf(name: String) = "The code of $name, for family to scan"

    override fun familyProblem(problem: FamilyProblem) =
        when (problem) {
            FamilyProblem.EMPTY -> "Scan their code first, or enter the id and name that they sent."
            FamilyProblem.NOT_A_CODE -> "This is no code of a person. Ask them to open My code in Settings, and scan or type that."
            FamilyProblem.NAME_MISSING -> "After the id leave a space and write the name."
            FamilyProblem.ONESELF -> "This is your own code. Scan My code on the phone of your family."
            FamilyProblem.FULL -> "Five people at most. Remove one before you add another."
        }

    override val settingsTitle = "Settings"
    override val settingsMe = "Me"
    override val settingsNobody = "Not signed in"
    override val settingsSeeing = "Display"
    override val settingsLanguage = "Language"
    override val settingsElder = "Elder mode"
    override val settingsElderHelp = "Large words, large buttons, one thing at a time"
    override val settingsOutdoor = "High contrast outdoors"
    override val settingsOutdoorHelp = "Readable in the sun"
    override val settingsDark = "Light or dark"
    override val settingsSending = "Sending"
    override val settingsReachTitle = "Notifications"
    override val settingsReach = "Tell me when somebody nearby asks for help"
    override val settingsReachHelp = "By rough area only. Where you go is not recorded."
    override val settingsReachHome = "Set my rough area"
    override val settingsReachHomeSet = "Your rough area is set; tap to change"
    override val settingsQuiet = "Quiet hours"
    override val settingsQuietFrom = "From"
    override val settingsQuietTo = "To"
    override val settingsQuietNever = "No quiet hours"
    override val settingsPeopleTitle = "Family and others"
    override val settingsFamily = "Family"
    override val settingsFamilyHelp = "They are told in an emergency."
    override val settingsFamilyAdd = "Add family"
    override val settingsFamilyEmpty = "Nobody yet."
    override val settingsFamilyHow = "Ask them to open My code in Settings, and take a picture of it. The picture is not kept."
    override val settingsFamilyScan = "Scan their code"
    override val settingsFamilyCode = "Or their id and name"
    override val settingsFamilyCodeHelp = "They stand below My code of your family, who can also copy and send them"
    override val settingsFamilyYes = "Add"
    override val settingsMyCode = "My code"
    override val settingsMyCodeHelp = "For family to scan"
    override val settingsMyCodeFor = "Family who scan it can add you as family. It tells your id and your name, nothing else."
    override val settingsMyCodeCopy = "Copy id and name"
    override val settingsApart = "People to avoid"
    override val settingsApartHelp = "They are not told. Neither hears of the other's requests."
    override val settingsApartEmpty = "Nobody. Add them from a case."
    override val settingsDataTitle = "My data"
    override val settingsMyData = "Export my data"
    override val settingsMyDataHelp = "Written into a file for you."
    override val settingsForget = "Forget me"
    override val settingsForgetHelp = "Erase the personal data that can be erased."
    override val settingsForgetAsk =
        "Are you sure? Your name, phone and address are erased for good. What was done remains, without your name."
    override val settingsForgetYes = "Forget me"
    override val settingsForgetWaiting = "Asked for; done once online."
    override val settingsShared = "Change person"
    override val settingsHours = "Hours"
    override val settingsSignIn = "Sign in"
    override val settingsDiagnosis = "Copy diagnostic info"
    override val settingsAbout = "About"
}
