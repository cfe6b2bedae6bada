import Synchronization
import Testing

@testable import Puller

@Suite(.timeLimit(.minutes(1))) struct SizeForecastTests {
    private func layers(_ count: UInt8) throws -> [LayerContent] {
        try (0..<count).map { number in
            let digest = try Digester.digest(of: [number])
            return LayerContent(blob: Descriptor(mediaType: "x", digest: digest, size: 1), diffID: digest)
        }
    }

    /// What a plan was made of.
    private final class Planned: Sendable {
        let sizes = Mutex<InflatedSizes?>(nil)

        func forecast(of layers: [LayerContent]) -> SizeForecast {
            SizeForecast(of: layers) { sizes in
                self.sizes.withLock { $0 = sizes }
                return try? ArchivePlan([])
            }
        }
    }

    @Test func isMadeWhenTheLastLayerHasSpoken() async throws {
        let layers = try layers(3)
        let planned = Planned()
        let forecast = planned.forecast(of: layers)
        async let one = forecast.plan()
        async let other = forecast.plan()
        for (number, layer) in layers.enumerated() {
            #expect(planned.sizes.withLock { $0 == nil })
            forecast.note(Int64(number), of: layer)
            forecast.note(99, of: layer)
        }
        #expect(try await (one?.totalSize, other?.totalSize) == (1024, 1024))
        #expect(planned.sizes.withLock(\.self) == [layers[0].diffID: 0, layers[1].diffID: 1, layers[2].diffID: 2])
    }

    @Test func oneThatSaysNothingEndsTheWait() async throws {
        let layers = try layers(2)
        let planned = Planned()
        let forecast = planned.forecast(of: layers)
        async let plan = forecast.plan()
        forecast.note(nil, of: layers[1])
        #expect(try await plan == nil)
        forecast.note(5, of: layers[0])
        #expect(planned.sizes.withLock { $0 == nil })
    }

    @Test func noLayersAreAllOfThem() async throws {
        #expect(try await Planned().forecast(of: []).plan() != nil)
    }

    @Test func cancellationEndsTheWait() async throws {
        let forecast = try Planned().forecast(of: layers(1))
        let waiting = Task { try await forecast.plan() }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { _ = try await waiting.value }
    }
}
