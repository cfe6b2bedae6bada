// swift-tools-version: 6.2
import PackageDescription

/// Every target of ours is built by the same rules; dependencies keep their own.
let rules: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

let nio: [Target.Dependency] = ["NIOCore", "NIOPosix", "NIOHTTP1"].map { .product(name: $0, package: "swift-nio") }
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "docker-tar-lab",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
    ],
    targets: [
        .systemLibrary(name: "CAres", providers: [.apt(["libc-ares-dev"])]),
        .systemLibrary(name: "CBzip2", providers: [.apt(["libbz2-dev"])]),
        .systemLibrary(name: "CIsal", providers: [.apt(["libisal-dev"])]),
        .systemLibrary(name: "CLinux"),
        .systemLibrary(name: "CLzma", providers: [.apt(["liblzma-dev"])]),
        .systemLibrary(name: "COpenSSL", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CZstd", providers: [.apt(["libzstd-dev"])]),

        .target(name: "LabNet", dependencies: ["CAres", "COpenSSL"] + nio, swiftSettings: rules),
        .target(
            name: "Puller",
            dependencies: ["LabNet", "CBzip2", "CIsal", "CLinux", "CLzma", "COpenSSL", "CZlib", "CZstd", subprocess]
                + nio,
            swiftSettings: rules),
        .target(name: "Diagnosis", dependencies: ["LabNet", "Puller"] + nio, swiftSettings: rules),
        .executableTarget(
            name: "docker-tar-lab",
            dependencies: ["LabNet", "Puller", "Diagnosis", "CLinux", argumentParser, logging] + nio,
            swiftSettings: rules),

        .target(
            name: "CensorLab", dependencies: ["LabNet", "Puller", "CAres", "COpenSSL", "CZlib"] + nio,
            swiftSettings: rules),
        .executableTarget(
            name: "censor-lab", dependencies: ["CensorLab", "LabNet", "Puller", argumentParser], swiftSettings: rules),

        .executableTarget(
            name: "lab-benchmark", dependencies: ["CensorLab", "LabNet", "Puller"] + nio, path: "Benchmarks/lab",
            swiftSettings: rules),

        .testTarget(
            name: "LabNetTests", dependencies: ["LabNet", "CensorLab", "CAres", "COpenSSL"] + nio, swiftSettings: rules),
        .testTarget(
            name: "PullerTests", dependencies: ["Puller", "LabNet"] + nio, swiftSettings: rules),
        .testTarget(
            name: "DiagnosisTests", dependencies: ["Diagnosis", "LabNet", "Puller", "CensorLab"] + nio,
            swiftSettings: rules),
        .testTarget(
            name: "CensorLabTests", dependencies: ["CensorLab", "LabNet", "Puller"] + nio, swiftSettings: rules),
        .testTarget(
            name: "CommandTests",
            dependencies: ["docker-tar-lab", "censor-lab", "CensorLab", "Diagnosis", "Puller", "LabNet"] + nio,
            swiftSettings: rules),
    ]
)

// The fuzzer is not part of a build that nobody asked it of: it needs the sanitizer's runtime, and lld, since gold cannot
// link it. What it fuzzes has to report which of its branches were taken.
if Context.environment["FUZZ"] != nil {
    let fuzzer = "-sanitize=fuzzer,address"
    let instrumented = rules + [.unsafeFlags([fuzzer, "-parse-as-library"])]
    package.targets.first { $0.name == "LabNet" }?.swiftSettings = instrumented
    package.targets.append(
        .executableTarget(
            name: "dns-fuzz", dependencies: ["LabNet"], swiftSettings: instrumented,
            linkerSettings: [.unsafeFlags([fuzzer, "-use-ld=lld"])]))
}

// Under a sanitizer only what is tested there is built: it takes several times as long.
if Context.environment["SANITIZED"] != nil {
    package.targets.removeAll { target in
        target.type == .executable
            || ["Diagnosis", "DiagnosisTests", "CensorLabTests", "CommandTests"]
                .contains(target.name)
    }
}
