import LabNet
import Puller
import Testing

@testable import docker_tar_lab

@Suite struct PullProgressTests {
    private func progress(_ layers: [Descriptor], _ events: [(Double, PullEvent)] = []) -> PullProgress {
        var progress = PullProgress()
        progress.apply(.planned(layers: layers), at: .zero)
        for (second, event) in events { progress.apply(event, at: .seconds(second)) }
        return progress
    }

    @Test func layersGoFromWaitingToVerified() {
        let layers = [Sample.layer(1, size: 1000), Sample.layer(2, size: 3000)]
        var progress = progress(layers)
        #expect(progress.layers.map(\.phase) == [.waiting, .waiting])
        #expect(progress.size == 4000 && progress.received == 0)
        progress.apply(.received(layer: 1, bytes: 1500), at: .seconds(1))
        #expect(progress.layers.map(\.phase) == [.waiting, .downloading])
        #expect(progress.received == 1500)
        progress.apply(.retrying(layer: 1, attempt: 1, reason: Sample.pull(.status(503, ""))), at: .seconds(1))
        #expect(progress.layers[1].phase == .retrying)
        progress.apply(.received(layer: 1, bytes: 2000), at: .seconds(2))
        progress.apply(.verified(layer: 1), at: .seconds(3))
        #expect(progress.layers.map(\.phase) == [.waiting, .verified])
        #expect(progress.received == 3000 && progress.verifiedCount == 1)
    }

    /// What an earlier run has left is here at once, and says nothing of the speed.
    @Test func whatWasHereBeforeCountsAndHasNoSpeed() {
        var progress = progress([Sample.layer(1, size: 10_000_000)])
        progress.apply(.resumed(layer: 0, bytes: 9_000_000), at: .seconds(1))
        #expect(progress.received == 9_000_000)
        progress.apply(.received(layer: 0, bytes: 9_100_000), at: .seconds(2))
        #expect(progress.rate.current(at: .seconds(2)) == 100_000)
        #expect(progress.secondsLeft(at: .seconds(2)) == 9)
    }

    @Test func aRepeatedLayerIsFetchedAndCountedOnce() {
        let twice = progress(
            [Sample.layer(1, size: 1000), Sample.layer(2, size: 10), Sample.layer(1, size: 1000)],
            [(1, .received(layer: 0, bytes: 400)), (2, .verified(layer: 0))])
        #expect(twice.size == 1010)
        #expect(twice.received == 1000)
        #expect(twice.layers.map(\.phase) == [.verified, .waiting, .verified])
    }

    @Test func speedAndTimeLeftAreSmooth() {
        let steady = progress(
            [Sample.layer(1, size: 10_000_000)],
            (1...20).map { (Double($0) / 2, .received(layer: 0, bytes: Int64($0) * 250_000)) })
        #expect(abs(steady.rate.current(at: .seconds(10)) - 500_000) < 1)
        #expect(steady.secondsLeft(at: .seconds(10)) == 10)
        // While nothing comes, the speed sinks and the time left grows.
        #expect(steady.rate.current(at: .seconds(20)) < 150_000)
        #expect((steady.secondsLeft(at: .seconds(20)) ?? 0) > 30)
    }

    @Test func aLayerThatBeginsAnewDoesNotUpsetTheCount() {
        let anew = progress(
            [Sample.layer(1, size: 1000)],
            [
                (1, .received(layer: 0, bytes: 900)), (2, .received(layer: 0, bytes: 100)),
                (3, .received(layer: 0, bytes: 200)),
            ])
        #expect(anew.received == 200)
        #expect(anew.rate.current(at: .seconds(3)) > 0)
    }

    /// A hostile server's word for the sizes of two layers.
    @Test func sizesBeyondAnySumDoNotEndTheProgram() {
        let vast = progress(
            [Sample.layer(1, size: .max), Sample.layer(2, size: .max)],
            [(1, .received(layer: 0, bytes: 1000)), (2, .received(layer: 1, bytes: 1_000_000))])
        #expect(vast.size == .max)
        #expect(vast.received == 1_001_000)
        #expect(vast.secondsLeft(at: .seconds(2)) == nil)
        var whole = vast
        for layer in 0...1 { whole.apply(.verified(layer: layer), at: .seconds(3)) }
        #expect(whole.received == .max)
        let lines = ProgressLines(size: TerminalSize(columns: 80, rows: 24), language: .english)
        #expect(lines.block(vast, at: .seconds(2)).count == 3)
        #expect(lines.block(whole, at: .seconds(3)).count == 3)
    }

    @Test func whatDoesNotFitIsIgnored() {
        let wild = progress(
            [Sample.layer(1, size: 1000)],
            [(1, .received(layer: 7, bytes: 900)), (1, .verified(layer: -1)), (2, .received(layer: 0, bytes: 5000))])
        #expect(wild.received == 1000, "no more than the whole")
        #expect(progress([]).secondsLeft(at: .zero) == nil)
    }
}

@Suite struct ByteCountTests {
    @Test(
        arguments: [
            (0, "0 B"), (999, "999 B"), (1000, "1 kB"), (1900, "1.9 kB"), (9_949, "9.9 kB"), (9_950, "10 kB"),
            (999_499, "999 kB"), (999_500, "1 MB"), (24_000_000, "24 MB"), (1_900_000, "1.9 MB"),
            (8_589_934_592, "8.6 GB"), (Int64.max, "9.2 EB"),
        ] as [(Int64, String)])
    func text(bytes: Int64, expected: String) {
        #expect(ByteCount.text(bytes) == expected)
    }

    @Test func aPartIsSaidInTheUnitOfTheWhole() {
        #expect(ByteCount.part(24_000_000, of: 24_000_000) == "24/24 MB")
        #expect(ByteCount.part(0, of: 24_000_000) == "0/24 MB")
        #expect(ByteCount.part(1_260_000, of: 24_000_000) == "1.3/24 MB")
        #expect(ByteCount.part(0, of: 0) == "0/0 B")
    }
}
