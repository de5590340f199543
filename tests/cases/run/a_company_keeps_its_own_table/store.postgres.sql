CREATE TABLE crm_account (account_id SERIAL PRIMARY KEY, acc_name VARCHAR(40), cust_level TEXT, state_txt CHAR(12), wake_cnt SMALLINT,
  keep_flag BOOLEAN, emp_no VARCHAR(8), pot NUMERIC(12, 2), signed_on DATE, last_seen TIMESTAMP, labels TEXT, not_ours BYTEA);
INSERT INTO crm_account VALUES
  (7, '甲', '乙', '正常', NULL, NULL, 'S1', 0.1, '2025-12-31', '2026-03-30 23:30:00', '高潜', '\x00'),
  (8, '乙', 'B', ' 正常跟进 ', 2, true, '', 1e5, '2025-12-31', '2026-03-30 23:30:00', '', '\x01'),
  (9, '丙', 'VIP', '正常', 0, true, 'S1', NULL, '2025-12-31', '2026-03-31 00:30:00', NULL, '\x02'),
  (10, '丁', '', '正常', 0, false, 'S1', 3, '2026-01-01', NULL, NULL, '\x03');
