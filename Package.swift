// swift-tools-version: 6.2
import PackageDescription

/// Open MPI's pkg-config name; another MPI can be named through the environment.
let mpiPackage = Context.environment["MPI_PKG_CONFIG"] ?? "ompi-c"

let package = Package(
    name: "swift-mpi-futures",
    products: [
        .library(name: "ExecutorConformance", targets: ["ExecutorConformance"]),
        .library(name: "Futures", targets: ["Futures"]),
        .library(name: "MPI", targets: ["MPI"]),
        .library(name: "MPIFutures", targets: ["MPIFutures"]),
        .executable(name: "swift-mpirun", targets: ["swift-mpirun"]),
        .library(name: "Solvers", targets: ["Solvers"]),
    ],
    dependencies: [
        // Command lines of the examples.
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        // The queues of the scheduler.
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        // TaskContext.logger.
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        // Paths for the launcher.
        .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
        // The launcher runs as a child process.
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0", traits: []),
    ],
    targets: [
        // C: one small target per concern.
        .target(name: "CEpoll"),
        .target(name: "CImageLookup"),
        .target(name: "CJobProcess"),
        .target(name: "CLAPACK", linkerSettings: [.linkedLibrary("lapack"), .linkedLibrary("blas")]),
        .target(name: "CMPI", dependencies: ["COpenMPI"]),
        .systemLibrary(name: "COpenMPI", pkgConfig: mpiPackage, providers: [.apt(["libopenmpi-dev"])]),
        .target(name: "CSLEPc", dependencies: ["COpenMPI", "CSLEPcSystem"]),
        .systemLibrary(name: "CSLEPcSystem", pkgConfig: "slepc", providers: [.apt(["libslepc-real-dev"])]),
        .target(name: "CWorkerEntry"),

        // Swift: arrows point down.
        .target(
            name: "Futures",
            dependencies: [
                "CImageLookup",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
            ]),
        .target(name: "MPI", dependencies: ["CMPI", "COpenMPI"]),
        .target(name: "MPILaunch", dependencies: ["CJobProcess"]),
        .target(
            name: "MPIFutures",
            dependencies: [
                "CEpoll", "CWorkerEntry", "Futures", "MPI", "MPILaunch",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ]),
        .target(name: "SLEPc", dependencies: ["COpenMPI", "CSLEPc", "CSLEPcSystem", "MPI"]),
        .target(name: "Solvers", dependencies: ["CLAPACK", "Futures", "MPI", "MPIFutures", "SLEPc"]),

        // What every executor must do, as a suite that any executor can run.
        .target(name: "ExecutorConformance", dependencies: ["Futures", "MPI", "MPIFutures"]),

        // Examples, and what they share.
        .target(
            name: "ExampleSupport",
            dependencies: [
                "Futures", "MPIFutures", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Examples/Support"),
        .executableTarget(
            name: "GroundState",
            dependencies: [
                "ExampleSupport", "Futures", "MPI", "MPIFutures", "Solvers",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Examples/GroundState", exclude: ["README.md"]),
        .executableTarget(
            name: "ParameterSweep",
            dependencies: [
                "ExampleSupport", "Futures", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Examples/ParameterSweep", exclude: ["README.md", "sweep.svg"]),

        // The launcher's command line.
        .executableTarget(
            name: "swift-mpirun",
            dependencies: ["MPILaunch", .product(name: "ArgumentParser", package: "swift-argument-parser")]),

        // Programs that tests start.
        .executableTarget(
            name: "JobProgram", dependencies: ["Futures", "MPI", "MPIFutures"], path: "Tests/Fixtures/JobProgram"),
        .executableTarget(
            name: "PoolProgram", dependencies: ["Futures", "MPI", "MPIFutures"], path: "Tests/Fixtures/PoolProgram"),
        .executableTarget(
            name: "ReadmeProgram", dependencies: ["Futures", "MPIFutures", "Solvers"],
            path: "Tests/Fixtures/ReadmeProgram"),
        .executableTarget(
            name: "ShippingProgram", dependencies: ["Futures"], path: "Tests/Fixtures/ShippingProgram"),
        .executableTarget(
            name: "TopLevelProgram", dependencies: ["Futures"], path: "Tests/Fixtures/TopLevelProgram"),
        .executableTarget(
            name: "ConformanceProgram", dependencies: ["ExecutorConformance", "Futures", "MPIFutures"],
            path: "Tests/RankPrograms/ConformanceProgram"),
        .executableTarget(name: "MPIRankProgram", dependencies: ["MPI"], path: "Tests/RankPrograms/MPIRankProgram"),
        .executableTarget(
            name: "OverlapProgram", dependencies: ["Futures", "MPI", "MPIFutures", "Solvers"],
            path: "Tests/RankPrograms/OverlapProgram"),
        .executableTarget(
            name: "SolverRankProgram", dependencies: ["Futures", "MPI", "SLEPc", "Solvers"],
            path: "Tests/RankPrograms/SolverRankProgram"),
        .executableTarget(
            name: "SyncroProgram", dependencies: ["CWorkerEntry", "Futures", "MPI", "MPIFutures"],
            path: "Tests/RankPrograms/SyncroProgram"),

        // Tests.
        .testTarget(
            name: "ExecutorConformanceTests", dependencies: ["ConformanceProgram", "ExecutorConformance", "Futures"]),
        .testTarget(
            name: "ExamplesTests",
            dependencies: [
                "ExampleSupport", "Futures", "GroundState", "ParameterSweep", "ReadmeProgram", "swift-mpirun",
            ],
            exclude: ["Golden"]),
        .testTarget(
            name: "FuturesTests", dependencies: ["CImageLookup", "Futures", "ShippingProgram", "TopLevelProgram"]),
        .testTarget(name: "LauncherTests", dependencies: ["MPILaunch", "swift-mpirun"], exclude: ["Golden"]),
        .testTarget(name: "MPITests", dependencies: ["MPI", "MPIRankProgram"]),
        .testTarget(
            name: "MPIFuturesTests",
            dependencies: ["Futures", "JobProgram", "MPI", "MPIFutures", "MPILaunch", "PoolProgram", "SyncroProgram"]),
        .testTarget(
            name: "SolversTests",
            dependencies: ["Futures", "MPI", "MPIFutures", "OverlapProgram", "SolverRankProgram", "Solvers"]),
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
