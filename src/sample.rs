//! Portable draws from raw words.
//!
//! Written out here since the helpers of `rand` and `rand_distr` change values between releases
//! and with the features of other packages in the build. Every recipe is part of the contract of
//! equal bits and held by golden vectors.

use crate::math;
use crate::seed::Stream;

impl Stream {
    /// Uniform over `0..n`, n >= 1, by multiplication and rejection (Lemire, ACM TOMACS 29, 2019).
    pub(crate) fn bounded(&mut self, n: u32) -> u32 {
        debug_assert!(n >= 1);
        let mut product = u64::from(self.u32()) * u64::from(n);
        if low_word(product) < n {
            let threshold = n.wrapping_neg() % n;
            while low_word(product) < threshold {
                product = u64::from(self.u32()) * u64::from(n);
            }
        }
        (product >> 32) as u32
    }

    /// A uniform permutation in place (Fisher and Yates, from the end). At most 2^32 - 1 items.
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            let j = self.bounded(crate::id::to_u32(i + 1));
            items.swap(i, j as usize);
        }
    }

    /// Uniform on [0, 1), 53 bits.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.u64() >> 11) as f64 * (1.0 / (1_u64 << 53) as f64)
    }

    /// Uniform on (0, 1), 52 bits: for logarithms and quantiles.
    pub(crate) fn open(&mut self) -> f64 {
        ((self.u64() >> 12) as f64 + 0.5) * (1.0 / (1_u64 << 52) as f64)
    }

    /// True with probability `p`.
    pub(crate) fn bernoulli(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// Standard normal: the quantile of one open draw, so one draw takes two words always.
    pub(crate) fn normal(&mut self) -> f64 {
        math::normal_quantile(self.open())
    }

    /// Gamma with this shape > 0 and rate 1 (Marsaglia and Tsang, ACM TOMS 26, 2000).
    pub(crate) fn gamma(&mut self, shape: f64) -> f64 {
        if shape < 1.0 {
            let x = self.gamma(shape + 1.0);
            return x * math::exp(math::ln(self.open()) / shape);
        }
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / (3.0 * math::sqrt(d));
        loop {
            let x = self.normal();
            let u = self.open();
            let t = 1.0 + c * x;
            if t <= 0.0 {
                continue;
            }
            let v = t * t * t;
            if math::ln(u) < x * x / 2.0 + d - d * v + d * math::ln(v) {
                return d * v;
            }
        }
    }

    /// Beta(a, b) as X / (X + Y) of two gammas, X first.
    pub(crate) fn beta(&mut self, a: f64, b: f64) -> f64 {
        let x = self.gamma(a);
        let y = self.gamma(b);
        x / (x + y)
    }

    /// Binomial(n, p), exact, in O(log n) draws: the median order statistic of n uniforms is
    /// beta-distributed and tells on which side of it the search goes on (Devroye, Non-Uniform
    /// Random Variate Generation, 1986, X.4.4), and few trials are drawn by inversion of one uniform.
    pub(crate) fn binomial(&mut self, mut n: u64, mut p: f64) -> u64 {
        let mut count = 0;
        while n > 64 {
            let i = n.div_ceil(2);
            let x = self.beta(i as f64, (n + 1 - i) as f64);
            if x <= p {
                count += i;
                n -= i;
                p = (p - x) / (1.0 - x);
            } else {
                n = i - 1;
                p /= x;
            }
        }
        let rare = math::min(p, 1.0 - p);
        let successes = self.few_of(n, rare);
        count + if p > 0.5 { n - successes } else { successes }
    }

    /// Binomial(n, p) with n <= 64 and p <= 1/2, so that no mass underflows: sequential search.
    fn few_of(&mut self, n: u64, p: f64) -> u64 {
        let odds = p / (1.0 - p);
        let mut mass = (0..n).fold(1.0, |mass, _| mass * (1.0 - p));
        let mut left = self.unit();
        for count in 0..n {
            if left < mass {
                return count;
            }
            left -= mass;
            mass *= odds * (n - count) as f64 / (count + 1) as f64;
        }
        n
    }

    /// Poisson(mean), exact: the time of event m is gamma-distributed and splits the problem
    /// (Ahrens and Dieter, Computing 12, 1974).
    pub(crate) fn poisson(&mut self, mut mean: f64) -> u64 {
        let mut count = 0;
        while mean > 16.0 {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // mean > 16
            let m = (mean * 0.875) as u64;
            let x = self.gamma(m as f64);
            if x > mean {
                return count + self.binomial(m - 1, mean / x);
            }
            count += m;
            mean -= x;
        }
        let stop = math::exp(-mean);
        let mut product = self.unit();
        while product > stop {
            count += 1;
            product *= self.unit();
        }
        count
    }
}

#[allow(clippy::cast_possible_truncation)] // the low word is what is wanted
fn low_word(x: u64) -> u32 {
    x as u32
}

#[cfg(test)]
mod tests {
    use crate::Seed;
    use crate::seed::{Phase, Stream};

    /// A fresh stream (1, 0), on which the published check values are stated.
    fn stream() -> Stream {
        Seed::new(42).derive("assign").stream(Phase::Plan, 0)
    }

    fn draws<T>(n: usize, mut draw: impl FnMut(&mut Stream) -> T) -> Vec<T> {
        let mut stream = stream();
        (0..n).map(|_| draw(&mut stream)).collect()
    }

    #[test]
    fn words_and_keys_are_the_published_ones() {
        assert_eq!(crate::seed::fnv1a64(b"assign"), 0x8fa7_71bd_787e_d1ec);
        assert_eq!(
            format!("{:?}", Seed::new(42).derive("assign")),
            "Seed(0064368d49bacfcffc63f150f209dbee3f3f206e1421fc3cdbde18618c9db33f)"
        );
        let mut root = Seed::new(42).stream(Phase::Plan, 0);
        let words: Vec<u32> = (0..4).map(|_| root.u32()).collect();
        assert_eq!(words, [0x3548_77fd, 0xebeb_8191, 0xc9e6_ab62, 0x4502_bd5e]);
        assert_eq!(draws(2, Stream::u64), [0xf412_30b0_6b6e_709f, 0xa1e9_2c80_d386_fba0]);
        let mut next = Seed::new(42).derive("assign").stream(Phase::Plan, 1);
        assert_eq!(next.u64(), 0x8c9f_a184_d462_2578);
    }

    #[test]
    fn draws_are_the_published_ones() {
        assert_eq!(draws(8, |s| s.bounded(1000)), [419, 953, 826, 632, 748, 821, 896, 615]);
        assert_eq!(
            draws(4, |s| s.bounded(3_000_000_000)),
            [1_258_961_788, 2_860_207_680, 1_897_392_600, 2_244_822_576]
        );
        let mut items: Vec<u32> = (0..10).collect();
        stream().shuffle(&mut items);
        assert_eq!(items, [0, 2, 1, 3, 5, 7, 9, 6, 8, 4]);
        let bits = |values: Vec<f64>| values.into_iter().map(f64::to_bits).collect::<Vec<_>>();
        assert_eq!(
            bits(draws(3, Stream::unit)),
            [0x3fee_8246_160d_6dce, 0x3fe4_3d25_901a_70df, 0x3fea_4c4f_53f7_f1dc]
        );
        assert_eq!(
            bits(draws(3, Stream::normal)),
            [0x3ffa_dc48_ad81_a077, 0x3fd5_a821_c852_2448, 0x3fed_8385_2943_90f3]
        );
        assert_eq!(
            bits(draws(3, |s| s.gamma(0.5))),
            [0x4006_0d9e_1980_6ee9, 0x3ff7_8aa8_6b4d_54d4, 0x3fae_b854_f603_1413]
        );
        assert_eq!(
            bits(draws(3, |s| s.gamma(3.0))),
            [0x4019_d1c3_2897_a5bd, 0x4011_e581_7615_b5dc, 0x3ff7_0ce8_2f8b_59d8]
        );
    }

    /// Pearson's statistic of integer draws against a law; cells with fewer than 5 expected are
    /// pooled. The critical value is the 0.9999 quantile by Wilson and Hilferty.
    fn fits(draws: &[u64], mass: impl Fn(u64) -> f64) {
        let n = draws.len() as f64;
        let top = *draws.iter().max().unwrap();
        let (mut statistic, mut cells, mut observed, mut expected) = (0.0, 0.0, 0.0, 0.0);
        let mut seen = 0.0;
        for value in 0..=top {
            observed += draws.iter().filter(|&&d| d == value).count() as f64;
            expected += n * mass(value);
            if expected >= 5.0 && n - seen - expected >= 5.0 {
                statistic += (observed - expected) * (observed - expected) / expected;
                cells += 1.0;
                seen += expected;
                (observed, expected) = (0.0, 0.0);
            }
        }
        let (rest, left) = (n - seen, draws.len() as f64 - seen);
        statistic += (observed - rest) * (observed - rest) / left;
        let h = 2.0 / (9.0 * cells);
        let t = 1.0 - h + 3.719 * crate::math::sqrt(h);
        assert!(statistic < cells * t * t * t, "chi-square {statistic} on {cells} cells");
    }

    #[test]
    fn integer_draws_follow_their_laws() {
        use statrs::distribution::{Binomial, Discrete, Poisson};
        fits(&draws(20_000, |s| u64::from(s.bounded(7))), |v| if v < 7 { 1.0 / 7.0 } else { 0.0 });
        for (n, p) in [(1, 0.3), (30, 0.7), (33, 0.5), (200, 0.02), (1000, 0.9)] {
            let law = Binomial::new(p, n).unwrap();
            fits(&draws(20_000, |s| s.binomial(n, p)), |v| law.pmf(v));
        }
        for mean in [0.3, 2.0, 15.9, 16.1, 100.0] {
            let law = Poisson::new(mean).unwrap();
            fits(&draws(20_000, |s| s.poisson(mean)), |v| law.pmf(v));
        }
    }

    /// The largest distance between the empirical and the true distribution function, below the
    /// Kolmogorov critical value 2.226 / sqrt(n) of p = 1e-4.
    fn follows(mut draws: Vec<f64>, cdf: impl Fn(f64) -> f64) {
        draws.sort_by(f64::total_cmp);
        let n = draws.len() as f64;
        let distance = draws.iter().enumerate().fold(0.0, |d, (i, &x)| {
            let f = cdf(x);
            crate::math::max(d, crate::math::max((i + 1) as f64 / n - f, f - i as f64 / n))
        });
        assert!(distance * crate::math::sqrt(n) < 2.226, "distance {distance}");
    }

    #[test]
    fn continuous_draws_follow_their_laws() {
        use statrs::distribution::{Beta, ContinuousCDF, Gamma, Normal};
        follows(draws(20_000, Stream::unit), |x| x);
        follows(draws(20_000, Stream::open), |x| x);
        let normal = Normal::new(0.0, 1.0).unwrap();
        follows(draws(20_000, Stream::normal), |x| normal.cdf(x));
        for shape in [0.2, 1.0, 2.5, 50.0] {
            let gamma = Gamma::new(shape, 1.0).unwrap();
            follows(draws(20_000, |s| s.gamma(shape)), |x| gamma.cdf(x));
        }
        for (a, b) in [(2.0, 1.0), (0.5, 0.5), (17.0, 17.0)] {
            let beta = Beta::new(a, b).unwrap();
            follows(draws(20_000, |s| s.beta(a, b)), |x| beta.cdf(x));
        }
    }

    #[test]
    fn certain_events_are_certain() {
        let mut s = stream();
        assert_eq!((s.binomial(1000, 0.0), s.binomial(1000, 1.0)), (0, 1000));
        assert_eq!((s.binomial(0, 0.5), s.poisson(0.0)), (0, 0));
        assert!(s.bernoulli(1.0) && !s.bernoulli(0.0));
    }

    #[test]
    fn draws_are_pinned() {
        crate::golden::case::check(&crate::golden::sample::AREA);
    }
}
