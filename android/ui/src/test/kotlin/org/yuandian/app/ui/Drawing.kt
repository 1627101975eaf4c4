package org.yuandian.app.ui

import androidx.compose.runtime.getValue
import androidx.compose.runtime.key
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.setValue
import androidx.compose.ui.InternalComposeUiApi
import androidx.compose.ui.geometry.Rect
import androidx.compose.ui.graphics.asComposeCanvas
import androidx.compose.ui.platform.PlatformContext
import androidx.compose.ui.scene.CanvasLayersComposeScene
import androidx.compose.ui.scene.ComposeSceneContext
import androidx.compose.ui.semantics.SemanticsActions
import androidx.compose.ui.semantics.SemanticsNode
import androidx.compose.ui.semantics.SemanticsOwner
import androidx.compose.ui.semantics.SemanticsProperties
import androidx.compose.ui.semantics.getOrNull
import androidx.compose.ui.unit.Density
import androidx.compose.ui.unit.IntSize
import org.jetbrains.skia.Bitmap
import org.jetbrains.skia.Color
import org.jetbrains.skia.Surface
import java.awt.image.BufferedImage

const val PHONE_WIDTH = 360
const val PHONE_HEIGHT = 760

/** A picture as it was drawn: a row after the other, 0xAARRGGBB. */
class Pixels(
    val width: Int,
    val height: Int,
    private val all: IntArray,
) {
    operator fun get(
        x: Int,
        y: Int,
    ): Int = all[y * width + x]

    /** How often each colour stands within [bounds]. */
    fun counts(bounds: Rect): Map<Int, Int> {
        val counts = HashMap<Int, Int>()
        val (left, right) = bounds.left.toInt().coerceAtLeast(0) to bounds.right.toInt().coerceAtMost(width - 1)
        for (y in bounds.top.toInt().coerceAtLeast(0)..bounds.bottom.toInt().coerceAtMost(height - 1)) {
            var x = left
            while (x <= right) {
                val (from, colour) = x to this[x, y]
                while (x <= right && this[x, y] == colour) x++
                counts.merge(colour, x - from, Int::plus)
            }
        }
        return counts
    }

    fun colours(): Int = counts(Rect(0f, 0f, width.toFloat(), height.toFloat())).size

    fun image() = BufferedImage(width, height, BufferedImage.TYPE_INT_RGB).also { it.setRGB(0, 0, width, height, all, 0, width) }
}

/** A screen that was drawn, with what it tells of itself. */
class Drawn(
    val pixels: Pixels,
    /** As TalkBack meets it. */
    val merged: List<SemanticsNode>,
    /** Every part alone. */
    val parts: List<SemanticsNode>,
) {
    /** What can be scrolled further down, the sheet before what it covers; none at the end. */
    val scroller: SemanticsNode?
        get() =
            parts.firstOrNull { node ->
                val range = node.config.getOrNull(SemanticsProperties.VerticalScrollAxisRange)
                range != null && node.config.contains(SemanticsActions.ScrollBy) && range.value() < range.maxValue()
            }

    /** Whether something stands below what is seen. */
    val scrolls: Boolean
        get() =
            parts.any {
                (
                    it.config
                        .getOrNull(SemanticsProperties.VerticalScrollAxisRange)
                        ?.maxValue
                        ?.invoke() ?: 0f
                ) > 0f
            }
}

/**
 * Draws one shot after the other off-screen, in one scene: making a scene costs more than drawing in it. Compose keeps parts of its tree in
 * one place for all scenes, so only one may be drawn at a time.
 */
@OptIn(InternalComposeUiApi::class)
class Stage(
    /** Pixels of a dp. */
    private val density: Float = 1f,
    private val heightMost: Int = LONG_HEIGHT,
    private val width: Int = PHONE_WIDTH,
) : AutoCloseable {
    private var owner: SemanticsOwner? = null
    private var shown by mutableStateOf<Shot?>(null)
    private var nanos = 0L
    private val surface = Surface.makeRasterN32Premul(px(width), px(heightMost))
    private val scene = CanvasLayersComposeScene(Density(density), composeSceneContext = Watched()) {}

    init {
        scene.setContent { shown?.let { key(it) { ShowShot(it, density) } } }
    }

    /** [height] in dp. */
    fun draw(
        shot: Shot,
        height: Int = PHONE_HEIGHT,
    ): Drawn {
        shown = shot
        scene.size = IntSize(px(width), px(height))
        return drawn(height)
    }

    private fun drawn(
        height: Int,
        frames: Int = 2,
    ): Drawn {
        // A second frame, later in time, lets what enters slowly and lazy lists settle.
        repeat(frames) {
            surface.canvas.clear(Color.WHITE)
            scene.render(surface.canvas.asComposeCanvas(), nanos)
            nanos += SECOND_NANOS
        }
        val asked = requireNotNull(owner) { "$shown: nothing was composed" }
        return Drawn(pixels(px(height)), flat(asked.rootSemanticsNode), onTop(flat(asked.unmergedRootSemanticsNode)))
    }

    /**
     * The shot on a screen of this height, and again after each scroll by less than what is seen, to the end. [look] at once: what was
     * drawn tells of itself as it stands now.
     */
    fun drawScrolled(
        shot: Shot,
        height: Int = PHONE_HEIGHT,
        look: (Drawn) -> Unit,
    ) {
        var seen = draw(shot, height)
        look(seen)
        repeat(SCROLLS_MOST) {
            val list = seen.scroller ?: return
            list.config[SemanticsActions.ScrollBy].action?.invoke(0f, list.boundsInRoot.height * SCROLL_SHARE)
            // A scroll takes a frame to begin, one to end and one to be laid out.
            seen = drawn(height, frames = 3)
            look(seen)
        }
    }

    /** As long as it is: nothing scrolls away, so everything can be asked. */
    fun drawWhole(shot: Shot): Drawn {
        for (height in longer) draw(shot, height).let { if (!it.scrolls) return it }
        return draw(shot, heightMost)
    }

    private fun px(dp: Int) = (dp * density).toInt()

    private fun pixels(height: Int): Pixels {
        val bitmap = Bitmap()
        bitmap.allocN32Pixels(px(width), height)
        surface.readPixels(bitmap, 0, 0)
        val bytes = requireNotNull(bitmap.readPixels())
        bitmap.close()
        val all = IntArray(bytes.size / Int.SIZE_BYTES)
        java.nio.ByteBuffer
            .wrap(bytes)
            .order(java.nio.ByteOrder.LITTLE_ENDIAN)
            .asIntBuffer()
            .get(all)
        return Pixels(px(width), height, all)
    }

    override fun close() {
        scene.close()
        surface.close()
    }

    /** Hands out the tree that a screen reader would ask. */
    private inner class Watched :
        ComposeSceneContext,
        PlatformContext.SemanticsOwnerListener {
        override val platformContext =
            object : PlatformContext by PlatformContext.Empty {
                override val semanticsOwnerListener = this@Watched
            }

        override fun onSemanticsOwnerAppended(semanticsOwner: SemanticsOwner) {
            owner = semanticsOwner
        }

        override fun onSemanticsOwnerRemoved(semanticsOwner: SemanticsOwner) = Unit

        override fun onSemanticsChange(semanticsOwner: SemanticsOwner) = Unit

        override fun onLayoutChange(
            semanticsOwner: SemanticsOwner,
            semanticsNodeId: Int,
        ) = Unit
    }

    private companion object {
        const val SECOND_NANOS = 1_000_000_000L
        const val LONG_HEIGHT = 9_000
        const val SCROLL_SHARE = 0.3f
        const val SCROLLS_MOST = 80

        /** Most screens are whole in the first. */
        val longer = listOf(1_800, 3_600)
    }
}

private fun flat(node: SemanticsNode): List<SemanticsNode> = listOf(node) + node.children.flatMap(::flat)

/** Under a sheet nothing is read aloud; the tree of parts still has it. */
private fun onTop(parts: List<SemanticsNode>): List<SemanticsNode> =
    parts.firstOrNull { it.config.contains(SemanticsProperties.PaneTitle) }?.let(::flat) ?: parts
