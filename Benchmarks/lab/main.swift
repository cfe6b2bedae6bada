// What the program's parts cost on this machine: lab-benchmark [NAME ...], all of them where none is named.
// Each prints a table in Markdown. On loopback, as a rule without any other traffic, and best on a machine that is idle.

let benchmarks: [(name: String, run: @Sendable () async throws -> Void)] = [
    ("dns", DNSBenchmark.run), ("hello", HelloBenchmark.run), ("archive", ArchiveBenchmark.run),
    ("lookup", LookupBenchmark.run), ("first-byte", FirstByteBenchmark.run),
]

let wanted = CommandLine.arguments.dropFirst()
let unknown = wanted.filter { name in !benchmarks.contains { $0.name == name } }
if unknown.isEmpty {
    for benchmark in benchmarks where wanted.isEmpty || wanted.contains(benchmark.name) { try await benchmark.run() }
} else {
    print("unknown: \(unknown.joined(separator: ", ")); there are \(benchmarks.map(\.name).joined(separator: ", "))")
}
