package org.yuandian.app.model.contract

import org.yuandian.app.model.Role
import org.yuandian.app.model.fake.FakePhones
import org.yuandian.app.model.gateway.Phone
import org.yuandian.app.model.orNull

/** The fake keeps what the real one keeps. */
class FakeGatewayTest : GatewayContract() {
    override fun newWorld(): World = fakeWorld()
}

/** So it does of drafts. */
class FakeDraftTest : DraftContract() {
    override fun newWorld(): World = fakeWorld()
}

private fun fakeWorld(): World =
    object : World {
        private var now = 1_764_550_800_000
        private val phones = FakePhones(nowMs = { now++ })

        override val server = "https://city.example"

        override suspend fun open(home: String): Phone = checkNotNull(phones.open(home, null, emptyList()).orNull())

        override suspend fun invite(role: Role) = phones.city.invite(role)

        override fun reachable(on: Boolean) {
            phones.network.open = on
        }

        override fun photo(number: Int) = "/photos/$number.jpg"

        override fun close() = Unit
    }
