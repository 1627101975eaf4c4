import Foundation
import Testing
import YuandianCore

/// The generated Swift over the real library: calls, typed errors, events as an AsyncStream, shutdown.
@Suite struct CoreBinding {
    /// A home of its own for one test, gone afterwards.
    private func withHome(_ test: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await test(folder.path)
    }

    private func snap(_ text: String) -> DraftInput {
        DraftInput(
            service: "case.snap", position: Position(lng: 113.65, lat: 34.76, accuracyM: 8), text: text,
            answers: [Answer(key: "severity", value: "low")])
    }

    @Test func callsWithoutAPhoneNeedNone() {
        #expect(coreVersion().name == "yuandian-ffi")
        let errand = services().first { $0.id == "help.errand" }
        #expect(errand?.title.zh == "代买代送")
        #expect(errand?.fields.filter(\.staysPrivate).map(\.key) == ["beneficiary", "beneficiary_agrees", "address", "phone"])
    }

    @Test func aCaptureOfflineIsKeptAndListed() async throws {
        try await withHome { home in
            let core = try await YuandianCore.open(home: home)
            let draft = try await core.saveDraft(id: nil, entered: snap("井盖缺失"))
            let lines = try await core.list(limit: 10, offset: 0)
            #expect(lines.map(\.id) == [draft])
            #expect(lines.map(\.stageText) == ["草稿"])
            #expect(try await core.draft(id: draft).entered == snap("井盖缺失"))
            try await core.shutdown()
        }
    }

    @Test func errorsAreTypesWithFields() async throws {
        try await withHome { home in
            let core = try await YuandianCore.open(home: home)
            let draft = try await core.saveDraft(id: nil, entered: snap("x"))
            await #expect(throws: CoreError.NotEnrolled) { try await core.finish(draft: draft) }
            do {
                _ = try await core.addPhoto(draft: draft, path: "没有.jpg")
                Issue.record("a file that is not there was read")
            } catch CoreError.FileUnusable(let path, _) {
                #expect(path == "没有.jpg")
            }
            do {
                _ = try await core.draft(id: "没有这个")
                Issue.record("a draft that is not there was read")
            } catch CoreError.NotFound(let what, let id) {
                #expect([what, id] == ["case", "没有这个"])
            }
            await #expect(throws: CoreError.InUse) { try await YuandianCore.open(home: home) }
            try await core.shutdown()
        }
    }

    @Test func eventsComeAsAStreamAndAreAcknowledgedOnceHandled() async throws {
        try await withHome { home in
            let core = try await YuandianCore.open(home: home)
            let source = try core.events()
            let first = try await core.saveDraft(id: nil, entered: snap("一"))
            let second = try await core.saveDraft(id: nil, entered: snap("二"))
            // Swift's cancellation does not reach Rust: stopping is what ends the wait.
            let events = AsyncStream(unfolding: { await source.next() }, onCancel: { source.stop() })
            var told: [EventKind] = []
            for await event in events {
                told.append(event.kind)
                source.acknowledge(number: event.number)
                if told.count == 2 { source.stop() }
            }
            #expect(told == [.caseChanged(caseId: first), .caseChanged(caseId: second)])
            #expect(await source.next() == nil)
            try await core.shutdown()
        }
    }

    @Test func aCancelledTaskEndsItsStream() async throws {
        try await withHome { home in
            let core = try await YuandianCore.open(home: home)
            let source = try core.events()
            let listening = Task {
                let events = AsyncStream(unfolding: { await source.next() }, onCancel: { source.stop() })
                var count = 0
                for await _ in events { count += 1 }
                return count
            }
            listening.cancel()
            #expect(await listening.value == 0)
            try await core.shutdown()
        }
    }

    @Test func shutdownEndsStreamsAndGivesTheHomeBack() async throws {
        try await withHome { home in
            let core = try await YuandianCore.open(home: home)
            let draft = try await core.saveDraft(id: nil, entered: snap("一"))
            let source = try core.events()
            async let waiting = source.next()
            try await core.shutdown()
            #expect(await waiting == nil)
            await #expect(throws: CoreError.ShutDown) { try await core.list(limit: 10, offset: 0) }
            let again = try await YuandianCore.open(home: home)
            #expect(try await again.draft(id: draft).entered == snap("一"))
            try await again.shutdown()
        }
    }
}
