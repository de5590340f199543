CREATE TABLE crm_account (account_id INTEGER PRIMARY KEY, acc_name TEXT, cust_level TEXT, state_txt TEXT, wake_cnt INTEGER,
  keep_flag TEXT, emp_no TEXT, pot REAL, signed_on TEXT, last_seen TEXT, labels TEXT, not_ours BLOB);
INSERT INTO crm_account VALUES
  (7, '甲', '乙', '正常', NULL, '', 'S1', 0.1, '2025-12-31', '2026-03-30 23:30:00', '高潜', x'00'),
  (8, '乙', 'B', ' 正常跟进 ', 2, '1', '', 1e5, '2025-12-31 08:00:00', '2026-03-30 23:30:00', '', x'01'),
  (9, '丙', 'VIP', '正常', 0, 'Y', 'S1', NULL, '2025-12-31', '2026-03-31 00:30:00', NULL, x'02'),
  (10, '丁', '', '正常', 0, '否', 'S1', 3, '2026-01-01', NULL, NULL, x'03');
