//! Arithmetic of small finite fields.

/// The field of `prime^degree` elements. An element is a polynomial below the degree over the
/// integers modulo the prime, written as a number in base `prime`, so the elements are `0..order`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    prime: u32,
    degree: u32,
    order: u32,
    /// The irreducible polynomial that products are reduced by, without its leading term.
    modulus: u32,
}

impl Field {
    /// `prime^degree` fits a `u32`.
    pub(super) fn new(prime: u32, degree: u32) -> Self {
        let order = prime.pow(degree);
        // With degree 1 the modulus is x, which leaves the constants as they are.
        let modulus = (0..order).find(|&low| degree == 1 || irreducible(low, prime, degree));
        Self { prime, degree, order, modulus: modulus.unwrap_or_default() }
    }

    pub(super) fn order(&self) -> u32 {
        self.order
    }

    pub(super) fn add(&self, a: u32, b: u32) -> u32 {
        self.each_digit(a, b, |x, y| if x + y < self.prime { x + y } else { x + y - self.prime })
    }

    pub(super) fn sub(&self, a: u32, b: u32) -> u32 {
        self.each_digit(a, b, |x, y| if x >= y { x - y } else { x + (self.prime - y) })
    }

    fn each_digit(&self, mut a: u32, mut b: u32, digit: impl Fn(u32, u32) -> u32) -> u32 {
        if self.degree == 1 {
            return digit(a, b);
        }
        if self.prime == 2 {
            return a ^ b;
        }
        let (mut out, mut place) = (0, 1);
        for _ in 0..self.degree {
            out += place * digit(a % self.prime, b % self.prime);
            (a, b) = (a / self.prime, b / self.prime);
            place = place.wrapping_mul(self.prime); // of no use after the last digit
        }
        out
    }

    /// The product, by Horner's rule over the digits of `a`.
    pub(super) fn mul(&self, a: u32, b: u32) -> u32 {
        let top = self.order / self.prime;
        let (mut place, mut out) = (top, 0);
        while place > 0 {
            // out * x: the digit that leaves at the top comes back as the modulus, negated.
            let carry = out / top;
            out = self.sub(out % top * self.prime, self.scale(self.modulus, carry));
            out = self.add(out, self.scale(b, a / place % self.prime));
            place /= self.prime;
        }
        out
    }

    /// `a` times a digit.
    fn scale(&self, mut a: u32, digit: u32) -> u32 {
        let (mut out, mut place) = (0, 1_u32);
        for _ in 0..self.degree {
            let product = u64::from(a % self.prime) * u64::from(digit) % u64::from(self.prime);
            #[allow(clippy::cast_possible_truncation)] // below the prime
            {
                out += place * product as u32;
            }
            a /= self.prime;
            place = place.wrapping_mul(self.prime);
        }
        out
    }

    /// An element whose powers are all elements but 0.
    pub(super) fn generator(&self) -> u32 {
        let turns = self.order - 1;
        let power = |base, mut exponent: u32| {
            let (mut out, mut base) = (1, base);
            while exponent > 0 {
                if exponent % 2 == 1 {
                    out = self.mul(out, base);
                }
                base = self.mul(base, base);
                exponent /= 2;
            }
            out
        };
        let parts = prime_powers(turns);
        let full = |&g: &u32| parts.iter().all(|&(prime, _)| power(g, turns / prime) != 1);
        (1..self.order).find(full).unwrap_or(1)
    }
}

/// Whether `x^degree + low` has no divisor of a lower degree: by trial division.
fn irreducible(low: u32, prime: u32, degree: u32) -> bool {
    let order = u64::from(prime).pow(degree);
    let whole = order + u64::from(low);
    (1..=degree / 2).all(|part| {
        let leading = u64::from(prime).pow(part);
        (leading..2 * leading).all(|divisor| remainder(whole, divisor, u64::from(prime)) != 0)
    })
}

/// The remainder of polynomials over the integers modulo a prime, as numbers in base `prime`; the
/// divisor has leading coefficient 1.
fn remainder(mut whole: u64, divisor: u64, prime: u64) -> u64 {
    let top_of = |x: u64| {
        let mut place = 1;
        while x / place >= prime {
            place *= prime;
        }
        place
    };
    let leading = top_of(divisor);
    while whole >= leading {
        let top = top_of(whole);
        let factor = whole / top;
        let (mut shifted, mut place) = (divisor, top / leading);
        let mut out = whole;
        while shifted > 0 {
            let digit = out / place % prime;
            let less = (digit + prime - shifted % prime * factor % prime) % prime;
            out = out - digit * place + less * place;
            (shifted, place) = (shifted / prime, place * prime);
        }
        whole = out;
    }
    whole
}

/// The prime powers whose product is `n` >= 1: pairs of a prime and its exponent, primes ascending.
pub(super) fn prime_powers(mut n: u32) -> Vec<(u32, u32)> {
    let mut powers = Vec::new();
    let mut prime = 2;
    while n > 1 {
        if u64::from(prime) * u64::from(prime) > u64::from(n) {
            prime = n;
        }
        let mut exponent = 0;
        while n.is_multiple_of(prime) {
            n /= prime;
            exponent += 1;
        }
        if exponent > 0 {
            powers.push((prime, exponent));
        }
        prime += 1;
    }
    powers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_fields() {
        for (prime, degree) in [
            (2, 1),
            (2, 2),
            (2, 3),
            (2, 4),
            (2, 5),
            (3, 1),
            (3, 2),
            (3, 3),
            (5, 2),
            (7, 2),
            (13, 1),
        ] {
            let f = Field::new(prime, degree);
            let q = f.order();
            for a in 0..q {
                assert_eq!((f.mul(a, 0), f.mul(a, 1), f.add(a, 0)), (0, a, a), "order {q}");
                let row: std::collections::BTreeSet<_> = (0..q).map(|b| f.mul(a, b)).collect();
                assert_eq!(row.len(), if a == 0 { 1 } else { q as usize }, "order {q}, row {a}");
                for b in 0..q {
                    assert_eq!(f.mul(a, b), f.mul(b, a));
                    assert_eq!(f.sub(f.add(a, b), b), a);
                    let c = (a * 7 + b * 3 + 1) % q;
                    assert_eq!(f.mul(a, f.mul(b, c)), f.mul(f.mul(a, b), c));
                    assert_eq!(f.mul(a, f.add(b, c)), f.add(f.mul(a, b), f.mul(a, c)));
                }
            }
            let g = f.generator();
            let (mut power, mut turns) = (g, 1);
            while power != 1 {
                (power, turns) = (f.mul(power, g), turns + 1);
            }
            assert_eq!(turns, (q - 1).max(1), "generator of order {q}");
        }
    }

    #[test]
    fn large_fields_are_found() {
        for (prime, degree) in [(2, 20), (3, 12), (1009, 2), (8191, 2), (67_108_859, 1)] {
            let f = Field::new(prime, degree);
            let (a, b, c) = (f.order() - 1, f.order() / 2, f.order() / 3);
            assert_eq!(f.mul(a, f.mul(b, c)), f.mul(f.mul(a, b), c));
        }
    }

    #[test]
    fn numbers_are_products_of_prime_powers() {
        assert_eq!(prime_powers(1), []);
        assert_eq!(prime_powers(360), [(2, 3), (3, 2), (5, 1)]);
        assert_eq!(prime_powers(u32::MAX), [(3, 1), (5, 1), (17, 1), (257, 1), (65537, 1)]);
        for n in 1..2_000 {
            let powers = prime_powers(n);
            assert_eq!(powers.iter().map(|&(p, e)| p.pow(e)).product::<u32>(), n);
            assert!(powers.iter().all(|&(p, _)| (2..p).all(|d| p % d != 0)));
        }
    }
}
