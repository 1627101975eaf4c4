package org.yuandian.app.ui.sign

/** The app's own pictograms: what is done, and what state something is in. */
object Pictograms {
    val camera =
        pictogram(
            "camera",
            "M4 8.5h3.2L9 5.5h6l1.8 3H20a1 1 0 0 1 1 1V18a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V9.5a1 1 0 " +
                "0 1 1-1z" + circle(12.0, 13.5, 3.5),
        )
    val photo =
        pictogram(
            "photo",
            "M5 4h14a1 1 0 0 1 1 1v14a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1z" +
                "M4.5 17l4.5-5 4 4.5 2.5-2.5 4 4",
            circle(15.5, 8.5, 1.5),
        )
    val voice =
        pictogram(
            "voice",
            "M12 3a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3zM5.5 11a6.5 6.5 0 0 0 13 0" +
                "M12 17.5V21",
        )
    val note = pictogram("note", "M6 3h9l4 4v13a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1zM15 3v4h4M9 12h6M9 16h4")
    val place = pictogram("place", "M12 21s-7-6.2-7-11.5a7 7 0 0 1 14 0C19 14.8 12 21 12 21z", circle(12.0, 9.5, 2.2))
    val noPlace =
        pictogram(
            "noPlace",
            "M8 4.2A7 7 0 0 1 19 9.5c0 1.8-.8 3.7-1.9 5.4" +
                "M14.5 18.4C13.2 20 12 21 12 21s-7-6.2-7-11.5c0-1 .2-1.9.6-2.7M3.5 3.5l17 17",
        )
    val clock = pictogram("clock", circle(12.0, 12.0, 9.0) + "M12 7v5l3.5 2")
    val overdue = pictogram("overdue", "M20.8 10A9 9 0 1 0 15 20.5M12 7v5l2.5 1.5M19.5 13.5v4", circle(19.5, 21.0, 1.2))
    val save =
        pictogram(
            "save",
            "M7 2.5h10a1.5 1.5 0 0 1 1.5 1.5v16a1.5 1.5 0 0 1-1.5 1.5H7A1.5 1.5 0 0 1 5.5 " +
                "20V4A1.5 1.5 0 0 1 7 2.5zM9 12l2.2 2.2L15 10",
        )
    val waitingUp =
        pictogram(
            "waitingUp",
            "M7.5 19a4.5 4.5 0 0 1-.6-8.95A6 6 0 0 1 18.5 11.5a3.8 3.8 0 0 1-.5 7.5zM10 14.5h.01" +
                "M12 14.5h.01M14 14.5h.01",
        )
    val up =
        pictogram(
            "up",
            "M7 18.5a4.5 4.5 0 0 1-.3-8.9A6 6 0 0 1 18.3 11a3.8 3.8 0 0 1-.8 7.5M12 20.5V12" +
                "M8.8 15l3.2-3.2 3.2 3.2",
        )
    val delivered = pictogram("delivered", circle(12.0, 12.0, 9.0) + "M8 12.3l2.8 2.8L16 9.5")
    val attention = pictogram("attention", "M12 3.5l9 16H3zM12 9.5v4.5", circle(12.0, 16.7, 1.2))
    val conflict = pictogram("conflict", "M4 5h9v8H8l-3 2.5V13H4zM13 9h7v8h-1v2.5L16 17h-5v-4")
    val loading = pictogram("loading", "M12 3a9 9 0 0 1 9 9M12 21a9 9 0 0 1-9-9", circle(12.0, 12.0, 2.0))
    val person = pictogram("person", circle(12.0, 8.0, 4.0) + "M4.5 20.5a7.5 7.5 0 0 1 15 0")
    val people =
        pictogram(
            "people",
            circle(9.0, 8.5, 3.5) + "M2.5 20a6.5 6.5 0 0 1 13 0M15.5 5.3a3.5 3.5 0 0 1 0 6.4" +
                "M18 14.3a6.5 6.5 0 0 1 3.5 5.7",
        )
    val settings =
        pictogram(
            "" +
                "settings",
            "M4 7h9M17 7h3M4 17h3M11 17h9" + circle(15.0, 7.0, 2.0) + circle(9.0, 17.0, 2.0),
        )
    val elder =
        pictogram(
            "elder",
            circle(10.0, 5.0, 2.3) + "M7 21v-5l-1.5-1V11.5A2.5 2.5 0 0 1 8 9h3c2 0 3 1.5 3.5 4M11 21v-5.5" +
                "M18 21v-7a2 2 0 0 0-3.5-1",
        )
    val sun =
        pictogram(
            "sun",
            circle(12.0, 12.0, 4.0) +
                "M12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4" +
                "M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4",
        )
    val moon = pictogram("moon", "M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z")
    val back = pictogram("back", "M20 12H4.5M11 5l-7 7 7 7")
    val forward = pictogram("forward", "M9 5l7 7-7 7")
    val open = pictogram("open", "M5 9l7 7 7-7")
    val search = pictogram("search", circle(10.5, 10.5, 6.5) + "M15.5 15.5l5 5")
    val filter = pictogram("filter", "M4 6h16M7 12h10M10 18h4")
    val star = pictogram("star", "M12 3.5l2.6 5.4 5.9.8-4.3 4.1 1 5.9-5.2-2.8-5.2 2.8 1-5.9L3.5 9.7l5.9-.8z")
    val starFull =
        pictogram(
            "starFull",
            "M12 3.5l2.6 5.4 5.9.8-4.3 4.1 1 5.9-5.2-2.8-5.2 2.8 1-5.9L3.5 9.7l5.9-.8z",
            "M12 3.5l2.6 5.4 5.9.8-4.3 4.1 1 5.9-5.2-2.8-5.2 2.8 1-5.9L3.5 9.7l5.9-.8z",
        )
    val phone =
        pictogram(
            "phone",
            "M6.5 3.5h3l1.5 4.5-2 1.5a12 12 0 0 0 5.5 5.5l1.5-2 4.5 1.5v3a2 2 0 0 1-2.2 2A17 17 0 " +
                "0 1 4.5 5.7a2 2 0 0 1 2-2.2z",
        )
    val close = pictogram("close", "M5.5 5.5l13 13M18.5 5.5l-13 13")
    val check = pictogram("check", "M4.5 12.5l5 5 10-11")
    val add = pictogram("add", "M12 5v14M5 12h14")
    val minus = pictogram("minus", "M5 12h14")
    val home = pictogram("home", "M3.5 11.5L12 4l8.5 7.5M6 9.8V20h12V9.8M10 20v-5.5h4V20")
    val today =
        pictogram(
            "today",
            "M5 5h14a1 1 0 0 1 1 1v13a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1zM4 10h16M8 3v4" +
                "M16 3v4",
            circle(12.0, 15.0, 1.8),
        )
    val list =
        pictogram(
            "" +
                "list",
            "M9 6h11M9 12h11M9 18h11",
            circle(4.8, 6.0, 1.5) + circle(4.8, 12.0, 1.5) + circle(4.8, 18.0, 1.5),
        )
    val cells = pictogram("cells", "M4 4h16v16H4zM4 12h16M12 4v16", circle(16.0, 16.0, 1.6))
    val speaker =
        pictogram(
            "" +
                "speaker",
            "M4 9.5h3.5L12 5.5v13l-4.5-4H4zM15.5 9a4.2 4.2 0 0 1 0 6M18 6.2a8.2 8.2 0 0 1 0 11.6",
        )
    val lock =
        pictogram(
            "lock",
            "M6 10.5h12a1 1 0 0 1 1 1V20a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1v-8.5a1 1 0 0 1 1-1z" +
                "M8 10.5V7.5a4 4 0 0 1 8 0v3",
            circle(12.0, 15.7, 1.5),
        )
    val eye =
        pictogram(
            "" +
                "eye",
            "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12z" + circle(12.0, 12.0, 2.8),
        )
    val eyeOff =
        pictogram(
            "eyeOff",
            "M9.500 5.9A9 9 0 0 1 12 5.5c6 0 9.5 6.5 9.5 6.5a17 17 0 0 1-2.7 3.400M6.2 7.500A16 16 0 0 0 2.5 12s3.500 6.5 9.500 6.5" +
                "a9 9 0 0 0 4.6-1.300M3.5 3.5l17 17M10 10a2.800 2.800 0 0 0 4 4",
        )
    val mobile = pictogram("mobile", "M5 19.500v-3M10 19.500v-7M15 19.500v-11M20 19.500v-15")
    val bell = pictogram("bell", "M6 17v-6.5a6 6 0 0 1 12 0V17l1.5 1.5h-15zM10 21.5h4M12 2.5v2")
    val export = pictogram("export", "M12 15V3.5M8 7l4-3.5L16 7M5 12v8h14v-8")
    val bin = pictogram("bin", "M4 6.5h16M9 6.5V4h6v2.5M6 6.5l1 14h10l1-14M10 11v5.5M14 11v5.5")
    val route =
        pictogram(
            "route",
            circle(6.0, 18.5, 2.3) + circle(18.0, 5.5, 2.3) + "M8.5 18.5H15a3.25 3.25 0 0 0 0-6.5H9a3.25 3.25 0 0 1 " +
                "0-6.5h6.5",
        )
    val card =
        pictogram(
            "card",
            "M4 5h16a1 1 0 0 1 1 1v12a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1z" + circle(8.5, 11.0, 2.2) +
                "M5.5 16a3.2 3.2 0 0 1 6 0M14.5 10H18M14.5 14H18",
        )
    val money = pictogram("money", circle(12.0, 12.0, 9.0) + "M8.5 7.5L12 12l3.5-4.5M12 12v5M9 12.3h6M9 14.9h6")
    val appeal = pictogram("appeal", "M4 4.5h16v12h-8l-4 3.5v-3.5H4zM12 7.5v3.500", circle(12.0, 13.6, 1.1))
    val swap = pictogram("swap", "M4 8h15M15.5 4.5L19 8l-3.5 3.5M20 16H5M8.5 12.5L5 16l3.5 3.5")
    val thanks =
        pictogram(
            "thanks",
            "M12 20.5S3.5 15.5 3.5 9.3A4.6 4.6 0 0 1 12 7a4.6 4.6 0 0 1 8.5 2.3C20.5 15.5 12 20.5 " +
                "12 20.5z",
        )
    val again =
        pictogram(
            "again",
            "M4.5 12a7.5 7.5 0 0 1 13-5.1L20 9.5M20 4v5.5h-5.5M19.5 12a7.5 7.5 0 0 1-13 5.1L4 14.5" +
                "M4 20v-5.5h5.5",
        )
    val key = pictogram("key", circle(8.0, 16.0, 4.5) + "M11.3 12.700L20 4M16.5 7.500l3 3")
    val scan = pictogram("scan", "M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4M7.5 12h9")
    val code = pictogram("code", "M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14v2.500M20 14v2M17 17v3M14 20h.1M20 20h-.1")
    val wifi = pictogram("wifi", "M2.5 9a14 14 0 0 1 19 0M6 13a9 9 0 0 1 12 0", circle(12.0, 17.5, 2.0))
    val offline =
        pictogram(
            "offline",
            "M3 3.5l18 17M2.5 9c1.6-1.5 3.4-2.5 5.3-3.1M12 5.3c3.5 0 6.9 1.2 9.5 3.7" +
                "M6 13a9 9 0 0 1 4.5-2.2M15.5 11.5c.9.4 1.7.9 2.5 1.5",
            circle(12.0, 17.5, 2.0),
        )
    val globe =
        pictogram(
            "" +
                "globe",
            circle(12.0, 12.0, 9.0) + "M3.5 12h17M12 3c-5 5.5-5 12.5 0 18M12 3c5 5.5 5 12.5 0 18",
        )
    val draft = pictogram("draft", "M4 20l1-4.5L16.5 4l3.5 3.5L8.5 19zM14 6.5l3.5 3.5")
    val erase = pictogram("erase", "M8 5.5h12a1 1 0 0 1 1 1v11a1 1 0 0 1-1 1H8L2.5 12zM11.5 9.5l5 5M16.5 9.5l-5 5")
    val origin = pictogram("origin", circle(12.0, 12.0, 9.0) + circle(12.0, 12.0, 4.5), circle(12.0, 12.0, 2.0))
}
