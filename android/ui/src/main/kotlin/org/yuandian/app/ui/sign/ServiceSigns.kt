package org.yuandian.app.ui.sign

import androidx.compose.ui.graphics.vector.ImageVector
import org.yuandian.app.screens.Sign

/** What a service is about, at a glance. */
object ServiceSigns {
    private val road = pictogram("road", "M3.5 21L9 3.500M20.5 21L15 3.500M12 4v2.500M12 10.5v3M12 17.5v3.500")
    private val rubbish =
        pictogram(
            "rubbish",
            "M5.5 9c-2 4-2.5 7-1.5 10a2 2 0 0 0 2 1.5h12a2 2 0 0 0 2-1.5c1-3 " +
                ".5-6-1.5-10-1.5-2-3.5-2.5-4-3l1.5-2.5h-8L9.5 6c-.5.5-2.5 1-4 3zM9.5 6h5M9.5 13l5 4.5" +
                "M14.5 13l-5 4.5",
        )
    private val lamp =
        pictogram("lamp", "M6.5 21V8.5a5 5 0 0 1 5-5H14M4 21h5M12.5 8.5l1.5-5h3l1.5 5zM13 12l-.8 2M15.5 12.5v3M18 12l.8 2")
    private val water =
        pictogram(
            "water",
            "M12 3s-6 6.5-6 10.5a6 6 0 0 0 12 0C18 9.5 12 3 12 3zM9.5 14a2.5 2.5 0 0 0 2.5 2.5" +
                "M3 21c1.5-1 3-1 4.5 0s3 1 4.5 0 3-1 4.5 0 3 1 4.5 0",
        )
    private val noise = pictogram("noise", "M3.5 10h3L11 6v12l-4.5-4h-3zM15 9l5.5 6M20.5 9L15 15")
    private val safety =
        pictogram(
            "safety",
            "M12 2.5c.5 4 5.5 6 5.5 11.5a5.5 5.5 0 0 1-11 0c0-2 1-3.5 2-4.5.5 1.5 1 2 1.5 " +
                "2.5C10.5 9 10 6 12 2.5z" +
                "M12 19.5a2.5 2.5 0 0 1-2.5-2.5c0-1.5 1.5-2 2.5-3.5 1 1.5 2.5 2 2.5 3.5a2.5 2.5 0 0 " +
                "1-2.5 2.5z",
        )
    private val patrol = pictogram("patrol", "M5 21c3-1 2-4 5-5s6 1 7-2-4-3-3-6M14 8V3l5 2-5 2", circle(5.0, 21.0, 1.4))
    private val visit =
        pictogram(
            "" +
                "visit",
            "M6 21V4a1 1 0 0 1 1-1h10a1 1 0 0 1 1 1v17M3.5 21h17M10 7.5h4",
            circle(14.8, 13.0, 1.3),
        )
    private val help =
        pictogram(
            "help",
            "M3.5 13.5l3-3 4.5 1.5h3a1.5 1.5 0 0 1 0 3h-3.5" +
                "M14.5 14.5l4.5-2.7a1.6 1.6 0 0 1 1.7 2.7L15 19.5H8l-2-1.5H3.5" +
                "M12 8.5S8.5 6.6 8.5 4.4A1.9 1.9 0 0 1 12 3.6a1.9 1.9 0 0 1 3.5.8c0 2.2-3.5 4.1-3.5 " +
                "4.1z",
        )
    private val errand = pictogram("errand", "M5 8.5h14l-1 12H6zM8.5 8.5V7a3.5 3.5 0 0 1 7 0v1.5M9.5 14.5h5M12 12v5")
    private val medicine =
        pictogram(
            "" +
                "medicine",
            "M4.9 11.9l7-7a5.2 5.2 0 0 1 7.3 7.3l-7 7a5.2 5.2 0 0 1-7.3-7.3zM8.5 8.4l7.2 7.2",
        )
    private val meal =
        pictogram(
            "meal",
            "M3 12.5h18a9 9 0 0 1-5 7.5H8a9 9 0 0 1-5-7.5zM8.5 9.5C7.5 8 9.5 7 8.5 5" +
                "M12 9.5c-1-1.5 1-2.5 0-4.5M15.5 9.5c-1-1.5 1-2.5 0-4.5",
        )
    private val escort =
        pictogram(
            "escort",
            circle(8.0, 5.5, 2.5) + circle(17.0, 7.0, 2.0) +
                "M5 21v-6.5H4V12a2.5 2.5 0 0 1 2.5-2.5h3A2.5 2.5 0 0 1 12 12l3 1.5M8 15v6" +
                "M11 21v-6M15 21v-9a1.5 1.5 0 0 1 1.5-1.5h1A1.5 1.5 0 0 1 19 12v9",
        )
    private val elderCheck =
        pictogram(
            "elderCheck",
            "M3.5 11.5L12 4l8.5 7.5M6 9.8V20.5h12V9.8" +
                "M12 17.5s-3-1.7-3-3.7a1.6 1.6 0 0 1 3-.8 1.6 1.6 0 0 1 3 .8c0 2-3 3.7-3 3.7z",
        )
    private val child =
        pictogram(
            "child",
            circle(12.0, 6.5, 3.5) + "M6 13l6-2 6 2M12 11v5M12 16l-3.5 5M12 16l3.5 5M10.5 6.5h.01M13.5 6.5h.01",
        )
    private val repair =
        pictogram(
            "repair",
            "M14.5 6.5a4.5 4.5 0 0 1 5.8-2.8L17.5 6.5l.5 2 2 .5 2-2.8a4.5 4.5 0 0 1-6.3 5.3L8 " +
                "19.2a2.3 2.3 0 0 1-3.2-3.2l7.7-7.7a4.5 4.5 0 0 1 2-1.8z",
        )
    private val tech =
        pictogram(
            "tech",
            "M8 2.5h8a1.5 1.5 0 0 1 1.5 1.5v16a1.5 1.5 0 0 1-1.5 1.5H8A1.5 1.5 0 0 1 6.5 20V4A1.5 " +
                "1.5 0 0 1 8 2.5zM10.2 9a1.9 1.9 0 1 1 2.6 1.8c-.6.3-.8.7-.8 1.4",
            circle(12.0, 15.0, 1.1),
        )
    private val borrow =
        pictogram(
            "borrow",
            "M12 13.5l8-3.5v8l-8 3.5L4 18v-8zM4 10l8-3.5 8 3.5M12 13.5v8M8 8.2V5.5M5.8 5.5h4.4" +
                "M16 4v3",
        )
    private val lost =
        pictogram(
            "lost",
            circle(10.5, 10.5, 7.0) + "M15.7 15.7l5 5M10.5 12v-.6c0-1.4 2-1.6 2-3.2a2 2 0 0 0-4 0",
            circle(10.5, 14.2, 1.1),
        )
    private val bath =
        pictogram(
            "bath",
            "M3.5 12.5h17v2a5 5 0 0 1-5 5h-7a5 5 0 0 1-5-5zM5.5 12.5V6a2.5 2.5 0 0 1 5-.3" +
                "M7 19.5L6 21.500M17 19.5l1 2M13 5v1M16.5 6v1M14.8 8.500v1",
        )
    private val clean =
        pictogram(
            "clean",
            "M14.5 3L11 11.500M6.5 11l9 3.7-1 6.3c-3.500 0-7.500-1.5-11-4.5 1.500-1 2.500-3 3-5.500z" +
                "M8 19l1-2.500M11.8 20.5l.7-2.500",
        )
    private val care =
        pictogram(
            "care",
            "M8.5 4.5V3.5a1 1 0 0 1 1-1h5a1 1 0 0 1 1 1v1M5 6.5h14a1.500 1.500 0 0 1 1.500 1.500v11a1.500 1.500 0 0 1-1.500 1.500H5" +
                "A1.5 1.5 0 0 1 3.5 19V8A1.5 1.5 0 0 1 5 6.500zM12 10v7M8.5 13.5h7",
        )
    private val dispute =
        pictogram(
            "" +
                "dispute",
            "M12 4v16M7 20h10M5 7h14M5 7l-2.5 6a2.7 2.7 0 0 0 5 0zM19 7l-2.5 6a2.7 2.7 0 0 0 5 0z",
        )
    private val sos =
        pictogram(
            "sos",
            "M5 20h14M7 20v-7a5 5 0 0 1 10 0v7M12 2.5v2M4.5 5.5L6 7M19.5 5.5L18 7M2.5 12h1.5" +
                "M20 12h1.5M12 12v4",
        )
    private val other =
        pictogram(
            "other",
            circle(12.0, 12.0, 9.0),
            circle(7.8, 12.0, 1.4) + circle(12.0, 12.0, 1.4) + circle(16.2, 12.0, 1.4),
        )

    fun of(sign: Sign): ImageVector =
        when (sign) {
            Sign.ROAD -> road
            Sign.RUBBISH -> rubbish
            Sign.LAMP -> lamp
            Sign.WATER -> water
            Sign.NOISE -> noise
            Sign.SAFETY -> safety
            Sign.DISPUTE -> dispute
            Sign.PATROL -> patrol
            Sign.VISIT -> visit
            Sign.HELP -> help
            Sign.ERRAND -> errand
            Sign.MEDICINE -> medicine
            Sign.MEAL -> meal
            Sign.ESCORT -> escort
            Sign.ELDER_CHECK -> elderCheck
            Sign.CHILD -> child
            Sign.REPAIR -> repair
            Sign.TECH -> tech
            Sign.BORROW -> borrow
            Sign.LOST -> lost
            Sign.BATH -> bath
            Sign.CLEAN -> clean
            Sign.CARE -> care
            Sign.SOS -> sos
            Sign.OTHER -> other
        }
}
