# Reference values of crossed random effects from lme4, for tests/blup.rs.
#
# Run on demand, from the root of the repository, with R and its packages lme4 and jsonlite; the
# answers are kept in tests/oracles/blup.json:
#
#     Rscript tests/oracles/blup.R
#
# Courses come from a linear congruential generator, with scores rounded to two decimals. Restricted
# maximum likelihood: mean, standard deviations, and the conditional modes of works and reviewers.

suppressPackageStartupMessages({
  library(lme4)
  library(jsonlite)
})

state <- 20261122
uniform <- function() {
  state <<- (state * 16807) %% 2147483647
  state / 2147483647
}
normal <- function() sum(replicate(12, uniform())) - 6

# Scores of pairs of a work and a reviewer, both from 0.
scores <- function(work, reviewer, sds) {
  quality <- replicate(max(work) + 1, normal())
  bias <- replicate(max(reviewer) + 1, normal())
  noise <- replicate(length(work), normal())
  round(70 + sds[1] * quality[work + 1] + sds[2] * bias[reviewer + 1] + sds[3] * noise, 2)
}

# Work u is reviewed by u + offset, around a circle.
circle <- function(n, offsets) {
  work <- rep(seq_len(n) - 1, each = length(offsets))
  list(work = work, reviewer = (work + offsets) %% n)
}

# Everybody reviews everybody else of their group.
groups <- function(n, size) {
  pairs <- expand.grid(reviewer = seq_len(n) - 1, work = seq_len(n) - 1)
  same <- pairs$reviewer %/% size == pairs$work %/% size & pairs$reviewer != pairs$work
  list(work = pairs$work[same], reviewer = pairs$reviewer[same])
}

# Each of these pairs with a probability.
some <- function(works, reviewers, probability) {
  pairs <- expand.grid(reviewer = seq_len(reviewers) - 1, work = seq_len(works) - 1)
  kept <- replicate(nrow(pairs), uniform()) < probability
  list(work = pairs$work[kept], reviewer = pairs$reviewer[kept])
}

case <- function(name, pairs, sds) {
  data <- data.frame(work = pairs$work, reviewer = pairs$reviewer)
  data$score <- scores(data$work, data$reviewer, sds)
  tight <- lmerControl(
    optimizer = "bobyqa", optCtrl = list(rhobeg = 0.2, rhoend = 1e-10, maxfun = 100000),
    check.conv.singular = "ignore"
  )
  fit <- lmer(score ~ 1 + (1 | work) + (1 | reviewer), data, REML = TRUE, control = tight)
  sd <- function(group) attr(VarCorr(fit)[[group]], "stddev")[[1]]
  effects <- function(group) {
    modes <- ranef(fit, condVar = FALSE)[[group]]
    data.frame(id = as.integer(rownames(modes)), effect = modes[, 1])
  }
  work <- effects("work")
  reviewer <- effects("reviewer")
  list(
    name = unbox(name),
    work = data$work, reviewer = data$reviewer, score = data$score,
    mean = unbox(fixef(fit)[[1]]),
    truth_sd = unbox(sd("work")), bias_sd = unbox(sd("reviewer")), noise_sd = unbox(sigma(fit)),
    works = work$id, qualities = work$effect,
    reviewers = reviewer$id, biases = reviewer$effect
  )
}

cases <- list(
  case("30 works, 5 reviews each", circle(30, c(1, 2, 5, 11, 17)), c(12, 8, 10)),
  case("300 works, 5 reviews each", circle(300, c(1, 7, 31, 101, 173)), c(12, 8, 10)),
  case("60 works, any number of reviews", some(60, 40, 0.12), c(12, 8, 10)),
  case("40 works, 8 reviewers", some(40, 8, 0.5), c(10, 15, 5)),
  case("closed groups of 6", groups(60, 6), c(12, 8, 10)),
  case("80 works, no bias", circle(80, c(1, 3, 10)), c(12, 0, 10)),
  case("70 works, no bias", circle(70, c(1, 4, 11, 30)), c(12, 0, 10)),
  case("50 works, no differences", circle(50, c(1, 4, 9, 20)), c(0, 6, 10)),
  case("55 works, no differences", circle(55, c(1, 4, 9, 20)), c(0, 6, 10)),
  case("45 works, little noise", circle(45, c(1, 3, 8, 20)), c(12, 8, 0.5))
)
result <- list(
  versions = list(R = unbox(paste(R.version$major, R.version$minor, sep = ".")),
                  lme4 = unbox(as.character(packageVersion("lme4")))),
  courses = cases
)
writeLines(toJSON(result, digits = 12), "tests/oracles/blup.json")
for (one in cases) cat(one$name, one$mean, one$truth_sd, one$bias_sd, one$noise_sd, "\n")
