// swift-tools-version: 6.2
import PackageDescription

/// Open MPI's pkg-config name; another MPI can be named through the environment.
let mpiPackage = Context.environment["MPI_PKG_CONFIG"] ?? "ompi-c"

let package = Package(
    name: "swift-mpi-futures",
    products: [
        .library(name: "MPI", targets: ["MPI"]),
    ],
    targets: [
        // C: one small target per concern.
        .target(name: "CMPI", dependencies: ["COpenMPI"]),
        .systemLibrary(name: "COpenMPI", pkgConfig: mpiPackage, providers: [.apt(["libopenmpi-dev"])]),

        // Swift: arrows point down.
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
