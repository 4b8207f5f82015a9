// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "benchmarks",
    dependencies: [
        .package(name: "swift-mpi-futures", path: ".."),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    ],
    targets: [
        .executableTarget(
            name: "PoolBenchmark",
            dependencies: [
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Futures", package: "swift-mpi-futures"),
                .product(name: "MPI", package: "swift-mpi-futures"),
                .product(name: "MPIFutures", package: "swift-mpi-futures"),
            ])
    ],
    swiftLanguageModes: [.v6]
)
