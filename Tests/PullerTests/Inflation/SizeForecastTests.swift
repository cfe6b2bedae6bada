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

    /// What layers were placed by, and how often.
    private final class Placed: Sendable {
        private let made = Mutex<[InflatedSizes?]>([])
        private let folder: ScratchFolder
        private let file: ArchiveFile

        init() throws {
            folder = try ScratchFolder()
            file = try ArchiveFile.create(at: folder.path("a.tar"))
        }

        var calls: [InflatedSizes?] { made.withLock(\.self) }

        /// Each layer is placed behind as many bytes as it has.
        func forecast(of layers: [LayerContent]) -> SizeForecast {
            SizeForecast(of: layers) { sizes in
                self.made.withLock { $0.append(sizes) }
                return (sizes ?? [:]).reduce(into: [:]) { targets, size in
                    guard let layer = layers.first(where: { $0.diffID == size.key }) else { return }
                    targets[layer] = .init(file: self.file, starts: [size.value], room: size.value, isFinal: true)
                }
            }
        }
    }

    @Test func placesLayersWhenTheLastHasSpoken() async throws {
        let layers = try layers(3)
        let placed = try Placed()
        let forecast = placed.forecast(of: layers)
        async let one = forecast.target(of: layers[1])
        async let other = forecast.target(of: layers[2])
        for (number, layer) in layers.enumerated() {
            #expect(placed.calls.isEmpty)
            forecast.note(Int64(number), of: layer)
            forecast.note(99, of: layer)
        }
        #expect(try await [one?.starts, other?.starts] == [[1], [2]])
        #expect(placed.calls == [[layers[0].diffID: 0, layers[1].diffID: 1, layers[2].diffID: 2]])
    }

    @Test func oneThatSaysNothingEndsTheWait() async throws {
        let layers = try layers(2)
        let placed = try Placed()
        let forecast = placed.forecast(of: layers)
        async let target = forecast.target(of: layers[0])
        forecast.note(nil, of: layers[1])
        #expect(try await target?.starts == nil)
        forecast.note(5, of: layers[0])
        #expect(placed.calls == [nil])
    }

    @Test func noLayersAreAllOfThem() async throws {
        let placed = try Placed()
        #expect(try await placed.forecast(of: []).target(of: layers(1)[0])?.starts == nil)
        #expect(placed.calls == [[:]])
    }

    @Test func cancellationEndsTheWait() async throws {
        let layers = try layers(1)
        let forecast = try Placed().forecast(of: layers)
        let waiting = Task { try await forecast.target(of: layers[0]) }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { _ = try await waiting.value }
    }
}
