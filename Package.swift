// swift-tools-version: 6.2
import PackageDescription

/// Open MPI's pkg-config name; another MPI can be named through the environment.
let mpiPackage = Context.environment["MPI_PKG_CONFIG"] ?? "ompi-c"

let package = Package(
    name: "swift-mpi-futures",
    products: [
        .library(name: "Futures", targets: ["Futures"]),
        .library(name: "MPI", targets: ["MPI"]),
    ],
    dependencies: [
        // The socket transport of the dynamic strategy.
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        // Command lines of the examples.
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        // The launcher runs as a child process.
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0", traits: []),
        // TaskContext.logger.
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    ],
    targets: [
        // C: one small target per concern.
        .target(name: "CImageLookup"),
        .target(name: "CLAPACK", linkerSettings: [.linkedLibrary("lapack"), .linkedLibrary("blas")]),
        .target(name: "CMPI", dependencies: ["COpenMPI"]),
        .systemLibrary(name: "COpenMPI", pkgConfig: mpiPackage, providers: [.apt(["libopenmpi-dev"])]),
        .target(name: "CWorkerEntry"),

        // Swift: arrows point down.
        .target(name: "Futures", dependencies: ["CImageLookup", .product(name: "Logging", package: "swift-log")]),
        .target(name: "MPI", dependencies: ["CMPI", "COpenMPI"]),

        // Programs that tests start under the MPI launcher.
        .executableTarget(name: "MPIRankProgram", dependencies: ["MPI"], path: "Tests/RankPrograms/MPIRankProgram"),

        // Tests.
        .testTarget(name: "MPITests", dependencies: ["MPI", "MPIRankProgram"]),
    ],
    swiftLanguageModes: [.v6]
)

// Every Swift target is built with the same settings.
for target in package.targets where ![.system, .macro, .plugin].contains(target.type) {
    target.swiftSettings =
        (target.swiftSettings ?? []) + [
            .enableUpcomingFeature("ExistentialAny"),
            .enableUpcomingFeature("InternalImportsByDefault"),
            .enableUpcomingFeature("MemberImportVisibility"),
            .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
            .treatAllWarnings(as: .error),
        ]
}
