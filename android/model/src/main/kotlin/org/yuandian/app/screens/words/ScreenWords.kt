package org.yuandian.app.screens.words

/**
 * Every word that a screen shows. A word that one language lacks does not compile.
 *
 * Words that the core gives (services, stages, reasons, acts) come through the states and are not here.
 */
interface ScreenWords :
    CommonWords,
    TimeWords,
    NoticeWords,
    CaptureWords,
    CaseWords,
    PhotoWords,
    TroubleWords,
    SyncWords,
    HomeWords,
    AskWords,
    VolunteerWords,
    DutyWords,
    SettingsWords,
    UnopenedWords

/** Simplified Chinese, the first language. */
object ScreenWordsZh :
    ScreenWords,
    CommonWords by CommonZh,
    TimeWords by TimeZh,
    NoticeWords by NoticeZh,
    CaptureWords by CaptureZh,
    CaseWords by CaseZh,
    PhotoWords by PhotoZh,
    TroubleWords by TroubleZh,
    SyncWords by SyncZh,
    HomeWords by HomeZh,
    AskWords by AskZh,
    VolunteerWords by VolunteerZh,
    DutyWords by DutyZh,
    SettingsWords by SettingsZh,
    UnopenedWords by UnopenedZh

/** English, complete. */
object ScreenWordsEn :
    ScreenWords,
    CommonWords by CommonEn,
    TimeWords by TimeEn,
    NoticeWords by NoticeEn,
    CaptureWords by CaptureEn,
    CaseWords by CaseEn,
    PhotoWords by PhotoEn,
    TroubleWords by TroubleEn,
    SyncWords by SyncEn,
    HomeWords by HomeEn,
    AskWords by AskEn,
    VolunteerWords by VolunteerEn,
    DutyWords by DutyEn,
    SettingsWords by SettingsEn,
    UnopenedWords by UnopenedEn
