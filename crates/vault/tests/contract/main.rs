//! The contract suite: what `desk::records` promises, held against both databases.
//!
//! Every promise is an async function that takes an empty vault. With SQLite each is a test of its own; with
//! PostgreSQL all of them run in one test, each in a database of its own, because the cluster that the test
//! starts for itself takes a second to come up. To add a promise: a function in the noun's file, and its
//! name in the list below.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "in a test, a panic is the report"
)]

#[macro_use]
mod harness;
mod accounts;
mod advisories;
mod agreement;
mod audit;
mod blobs;
mod campaign_views;
mod casebook;
mod cluster;
mod completion;
mod linking;
mod opening;
mod roster;
mod sightings;
mod submissions;
mod threads;
mod threat_actors;
mod verdicts;
mod world;

contract! {
    roster: [
        a_sig_comes_back_and_is_replaced_by_its_id,
        sigs_are_sorted_by_japanese_name_then_id,
        a_member_comes_back_exactly_whatever_its_texts_hold,
        a_member_written_again_replaces_the_earlier_one_with_its_sigs_and_identity,
        members_are_sorted_by_id,
        a_member_of_an_unknown_sig_is_refused_and_nothing_of_it_stays,
    ];
    accounts: [
        an_account_comes_back_by_id_and_by_login_name,
        an_account_written_again_is_replaced,
        a_second_account_of_the_same_login_name_is_a_conflict,
        accounts_are_sorted_by_login_name,
        a_session_is_there_until_it_ends,
        a_session_that_was_ended_is_gone,
        all_sessions_of_an_account_end_and_nobody_else_s,
        expired_sessions_are_forgotten_and_counted,
        a_token_comes_back_by_its_hash_and_is_listed_oldest_first,
        a_token_is_revoked_by_its_owner_only,
        a_set_up_link_is_used_once_and_a_new_one_replaces_it,
        of_ten_who_use_the_set_up_link_at_once_one_succeeds,
    ];
    submissions: [
        a_submission_comes_back_exactly_whatever_its_texts_hold,
        the_same_bytes_by_the_same_member_are_one_submission_with_one_audit_entry,
        the_same_bytes_by_another_member_are_another_submission,
        of_ten_who_give_the_same_bytes_at_once_one_is_new,
        a_submission_of_an_unknown_member_is_refused_and_nothing_of_it_stays,
        a_list_comes_whole_page_by_page_newest_first_also_where_times_are_equal,
        nothing_is_shown_twice_or_left_out_while_submissions_arrive,
        a_list_is_filtered_by_member_state_and_campaign_together,
        a_list_is_searched_by_text_and_by_days,
        a_page_holds_no_more_than_the_limit,
        the_oldest_submission_is_claimed_first_and_its_attempt_counted,
        ten_workers_claim_each_submission_once,
        what_was_being_dissected_is_put_back,
        the_queue_says_how_many_stand_where_and_since_when,
    ];
    completion: [
        facts_come_back_exactly_whatever_the_mail_holds,
        completing_fills_the_columns_for_lists,
        a_better_dissection_takes_the_place_of_the_known_one,
        a_submission_that_is_not_being_dissected_cannot_be_completed,
        of_two_who_complete_at_once_one_meets_a_conflict,
        completions_that_fail_together_leave_nothing_behind,
        a_completion_that_fails_holds_up_nobody,
        a_dissection_of_the_same_engine_is_kept_and_a_newer_engine_is_shown,
        an_attachment_tree_as_deep_as_the_limits_allow_can_be_read_again,
    ];
    casebook: [
        campaigns_are_listed_newest_first_with_counts_and_the_first_subject,
        members_of_a_campaign_come_in_the_order_of_their_first_report,
    ];
    verdicts: [
        a_verdict_marks_the_submission_judged_and_a_later_one_supersedes_it,
        a_submission_that_is_not_yet_dissected_cannot_be_judged,
        a_verdict_on_a_campaign_judges_its_mails_and_stays_in_its_history,
        a_verdict_on_the_unjudged_leaves_what_was_judged_as_it_is,
        a_verdict_on_a_merged_campaign_is_a_conflict_and_its_history_moves_along,
        what_is_watched_on_is_found_by_its_filter,
        agreement_counts_a_campaign_once_and_opens_down_to_its_decisions,
    ];
    campaign_views: [
        a_campaign_is_read_part_by_part_oldest_first,
        arrivals_are_told_by_member_and_hour,
        a_picture_shows_the_first_mail_of_each_member,
        pairs_of_mails_say_what_they_have_in_common,
        how_a_campaign_was_judged_is_counted,
    ];
    threat_actors: [
        an_actor_comes_back_exactly_and_is_replaced_by_its_id,
        a_claim_is_taken_back_once_and_never_erased,
        claims_follow_a_campaign_into_the_one_it_was_merged_into,
        campaigns_that_share_a_c2_address_are_found,
    ];
    linking: [
        mails_of_one_template_are_one_campaign_and_say_why,
        a_merge_keeps_the_history_and_leads_old_addresses_on,
        a_value_that_turns_common_withdraws_what_rested_on_it_and_the_history_says_so,
        workers_that_complete_at_once_come_to_what_one_after_the_other_does,
        a_pin_ties_what_nothing_else_ties_and_survives_what_comes,
        a_mail_that_is_pinned_apart_leaves_its_template,
        a_mail_that_leaves_parts_what_only_it_held_together,
        a_pin_that_contradicts_an_earlier_one_is_refused_by_its_name,
        a_pin_that_is_withdrawn_leaves_the_mails_to_what_they_say,
        a_told_address_ties_and_is_told_once,
        what_is_told_of_a_mail_that_still_waits_ties_it_when_it_is_done,
        a_better_dissection_ties_by_what_is_inside,
        a_template_of_very_many_texts_is_one_campaign,
    ];
    advisories: [
        numbers_of_a_year_count_up_from_one_each_handed_out_once,
        an_advisory_comes_back_exactly_whatever_its_texts_hold,
        an_advisory_written_again_replaces_text_audience_and_indicators,
        a_writer_with_a_stale_revision_meets_a_conflict_and_changes_nothing,
        of_two_writers_with_the_same_revision_one_meets_a_conflict,
        advisories_are_listed_newest_first_and_filtered,
        an_approval_replaces_the_earlier_one_of_its_provider,
        what_a_provider_was_asked_comes_newest_first,
        a_release_freezes_the_text_and_marks_the_advisory_released,
        a_release_from_a_stale_revision_meets_a_conflict_and_freezes_nothing,
        the_latest_release_is_shown_and_all_are_listed,
        readers_learn_of_the_latest_change_of_each_advisory_that_is_theirs,
        releases_come_whole_page_by_page,
    ];
    sightings: [
        a_sighting_comes_back_exactly,
        a_later_answer_supersedes_the_earlier_one_and_both_are_kept,
        answers_given_at_the_same_moment_are_told_apart_by_id,
    ];
    threads: [
        mails_of_a_conversation_are_found_by_a_shared_key_and_a_key_of_everybody_finds_none,
        what_was_found_of_threads_replaces_what_was_known_and_warnings_keep_their_time,
        genuine_mail_comes_back_by_its_fingerprints_and_is_counted_once,
        a_file_of_forms_is_kept_once_a_member,
    ];
    audit: [
        entries_come_back_newest_first_page_by_page,
        an_entry_is_never_replaced,
    ];
    opening: [
        a_closed_vault_reports_that_the_store_failed,
        times_are_kept_to_the_microsecond_also_before_1970,
    ];
}
