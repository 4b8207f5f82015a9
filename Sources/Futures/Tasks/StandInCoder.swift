internal import Foundation
package struct BinaryEncoder { package init() {}; package func encode<T: Encodable>(_ v: T) throws -> [UInt8] { Array(try JSONEncoder().encode(v)) } }
package struct BinaryDecoder { package init() {}
    package func decode<T: Decodable>(_ t: T.Type, from b: [UInt8]) throws -> T { try JSONDecoder().decode(t, from: Data(b)) }
}
